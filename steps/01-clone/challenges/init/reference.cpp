// init COMMAND...: runs it, reaps orphans, and ends what is left. (prctl(2), wait(2))
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

using namespace stepbox;

static sigset_t blocked_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  return set;
}

static pid_t start(char** command, const sigset_t& signals_before) {
  const pid_t child = ::fork();
  if (child == -1) throw_errno({"fork"});
  if (child != 0) return child;
  ::sigprocmask(SIG_SETMASK, &signals_before, nullptr);
  ::execvp(command[0], command);
  std::fprintf(stderr, "init: %s: %s\n", command[0], std::strerror(errno));
  ::_exit(errno == ENOENT ? kNoCommand : kCannotRun);
}

// Reaps all children that have exited. True when `child` was among them.
static bool reap(pid_t child, int& status) {
  bool seen = false;
  int one = 0;
  // One SIGCHLD may stand for several: a signal that is pending already is not counted again.
  for (pid_t ended; (ended = ::waitpid(-1, &one, WNOHANG)) > 0;) {
    if (ended != child) continue;
    status = one;
    seen = true;
  }
  return seen;
}

// The children of each killed process become ours: repeat until there are none.
static void end_the_rest() {
  for (;;) {
    for (const std::string& pid : words_in(read_file("/proc/thread-self/children"))) {
      ::kill(std::stoi(pid), SIGKILL);
    }
    if (::waitpid(-1, nullptr, 0) == -1) return;  // ECHILD
  }
}

static int run(char** command) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) throw_errno({"become a subreaper"});
  const sigset_t held = blocked_signals();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &held, &before);
  const pid_t child = start(command, before);
  int status = 0;
  for (bool over = false; !over;) {
    int number = 0;
    ::sigwait(&held, &number);
    if (number == SIGCHLD) {
      over = reap(child, status);
    } else {
      ::kill(child, number);
    }
  }
  end_the_rest();
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char** argv) try {
  if (argc < 2) throw Failure("init COMMAND [ARG...]");
  return run(argv + 1);
} catch (const std::exception& error) {
  return report(error);
}
