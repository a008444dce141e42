// timeout SECONDS COMMAND...: ends the command when the time is up. (setpgid(2), sigtimedwait(2))
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "common/deadline.hpp"
#include "common/error.hpp"

using namespace stepbox;

static constexpr int kTooLate = 124;
static constexpr int kGrace = 1;  // second

static timespec parse_seconds(const char* text) {
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(seconds >= 0 && seconds < 1e9)) {
    throw Failure(join({"no number of seconds: ", text}));
  }
  const time_t whole = static_cast<time_t>(seconds);
  return {.tv_sec = whole, .tv_nsec = static_cast<long>((seconds - double(whole)) * 1e9)};
}

// The signals that we wait for, instead of being interrupted by them.
static sigset_t blocked_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  return set;
}

static pid_t start(char** command, const sigset_t& signals_before) {
  const pid_t child = ::fork();
  if (child == -1) throw_errno({"fork"});
  if (child != 0) {
    ::setpgid(child, child);  // here too: the group must be there before we signal it
    return child;
  }
  ::setpgid(0, 0);
  ::sigprocmask(SIG_SETMASK, &signals_before, nullptr);
  ::execvp(command[0], command);
  std::fprintf(stderr, "timeout: %s: %s\n", command[0], std::strerror(errno));
  ::_exit(errno == ENOENT ? kNoCommand : kCannotRun);
}

// Passes signals on until the child has ended: true. Or until the time is up: false.
// (After a signal that was passed on the time begins anew: good enough here.)
static bool ended_within(const timespec& time, pid_t child, const sigset_t& held) {
  for (;;) {
    const int number = ::sigtimedwait(&held, nullptr, &time);
    if (number == -1 && errno == EAGAIN) return false;
    if (number == SIGCHLD) {
      siginfo_t info{};
      ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
      if (info.si_pid == child) return true;
    } else if (number > 0) {
      ::kill(-child, number);
    }
  }
}

// The group may outlive the child that it is named after.
static void end_group(pid_t child) {
  ::kill(-child, SIGTERM);
  bool reaped = false;
  const bool empty = wait_until(kGrace, [&] {
    reaped = reaped || ::waitpid(child, nullptr, WNOHANG) == child;
    return reaped && ::kill(-child, 0) == -1;
  });
  if (empty) return;
  ::kill(-child, SIGKILL);
  if (!reaped) ::waitpid(child, nullptr, 0);
}

static int run(const timespec& time, char** command) {
  const sigset_t held = blocked_signals();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &held, &before);
  const pid_t child = start(command, before);
  if (!ended_within(time, child, held)) {
    end_group(child);
    return kTooLate;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char** argv) try {
  if (argc < 3) throw Failure("timeout SECONDS COMMAND [ARG...]");
  return run(parse_seconds(argv[1]), argv + 2);
} catch (const std::exception& error) {
  return report(error);
}
