#include "01-clone/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>

#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static sigset_t g_mask_at_start;
static bool g_blocked = false;

static sigset_t blocked_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGTTIN,
                     SIGTTOU, SIGCONT, SIGCHLD}) {
    ::sigaddset(&set, signal);
  }
  return set;
}

void block_signals() {
  if (g_blocked) return;
  g_blocked = true;
  sigset_t held = blocked_signals();
  ::sigaddset(&held, SIGPIPE);  // whoever read our messages may be gone: no reason to die half-way
  ::sigprocmask(SIG_BLOCK, &held, &g_mask_at_start);
  ::signal(SIGCHLD, SIG_DFL);  // a caller that ignores it would make our wait(2) fail
}

void restore_signal_mask() {
  if (!g_blocked) return;
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  const timespec at_once{0, 0};
  ::sigtimedwait(&pipe, nullptr, &at_once);  // ours, for a message nobody read; not the command's
  ::sigprocmask(SIG_SETMASK, &g_mask_at_start, nullptr);
  g_blocked = false;
}

// Whether `signal` is in the mask that /proc/PID/status shows as `name` ("SigCgt:").
static bool in_status_mask(const std::string& status, const std::string& name, int signal) {
  const size_t at = status.find(name);
  if (at == std::string::npos) return false;
  const auto mask = std::strtoull(status.c_str() + at + name.size(), nullptr, 16);
  return (mask >> (signal - 1)) & 1;
}

bool takes_default_action(pid_t pid, int signal) try {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  return !in_status_mask(status, "SigCgt:", signal) && !in_status_mask(status, "SigIgn:", signal) &&
         !in_status_mask(status, "SigBlk:", signal);
} catch (const std::system_error&) {
  return true;  // it has just ended
}

static bool is_stop(int signal) {
  return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

constexpr int kDeadly[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

static bool is_deadly(int signal) {
  return std::find(std::begin(kDeadly), std::end(kDeadly), signal) != std::end(kDeadly);
}

int wait_for_input(const Fd& file, int milliseconds) {
  sigset_t deadly;
  ::sigemptyset(&deadly);
  for (int signal : kDeadly) ::sigaddset(&deadly, signal);
  const Fd signals(::signalfd(-1, &deadly, SFD_CLOEXEC));
  pollfd watched[] = {{file.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  while (::poll(watched, 2, milliseconds) == -1) {
    if (errno != EINTR) throw_errno({"wait for the child"});
  }
  signalfd_siginfo info{};
  if (watched[0].revents != 0 || watched[1].revents == 0 ||
      ::read(signals.get(), &info, sizeof info) != sizeof info) {
    return 0;
  }
  return static_cast<int>(info.ssi_signo);
}

static void pass_on(const siginfo_t& info, pid_t pid, bool init, int* killed_by) {
  const int signal = info.si_signo;
  if (init && (is_stop(signal) || is_deadly(signal)) && takes_default_action(pid, signal)) {
    if (is_deadly(signal)) *killed_by = signal;
    ::kill(pid, is_deadly(signal) ? SIGKILL : SIGSTOP);
  } else if (info.si_code <= 0) {  // SI_USER and its kin: sent to us alone, not by the terminal
    ::kill(pid, signal);
  }
}

void pass_on_signal(int signal, pid_t pid, bool init, int* killed_by) {
  siginfo_t info{};
  info.si_signo = signal;
  info.si_code = SI_USER;
  pass_on(info, pid, init, killed_by);
}

int forward_signals(pid_t pid, bool init, int* killed_by) {
  const sigset_t held = blocked_signals();
  for (;;) {
    int status = 0;
    for (pid_t changed; (changed = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) != 0;) {
      if (changed == -1) throw_errno({"wait for process ", std::to_string(pid)});
      if (changed != pid) continue;
      if (!WIFSTOPPED(status)) return status;
      ::raise(SIGSTOP);  // our shell sees a stopped job; its `fg` sends CONT, which we pass on
    }
    siginfo_t info;
    if (::sigwaitinfo(&held, &info) != -1 && info.si_signo != SIGCHLD) {
      pass_on(info, pid, init, killed_by);
    }
  }
}

Terminal::Terminal() : tty_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
  if (tty_ && ::tcgetpgrp(tty_.get()) != ::getpgrp()) tty_.close();
}

void Terminal::restore() {
  if (!tty_) return;
  // Held back at this moment, TTOU cannot stop us for being in the background.
  if (::tcgetpgrp(tty_.get()) != ::getpgrp()) ::tcsetpgrp(tty_.get(), ::getpgrp());
}

}  // namespace stepbox
