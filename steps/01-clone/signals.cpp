#include "01-clone/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <string>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/process/stat_fields.hpp"

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
  ::sigaddset(&held, SIGPIPE);  // a write to a closed stderr must not end the program half-way
  ::sigprocmask(SIG_BLOCK, &held, &g_mask_at_start);
  ::signal(SIGCHLD, SIG_DFL);  // an inherited SIG_IGN makes waitpid(2) fail with ECHILD
}

void restore_signal_mask() {
  if (!g_blocked) return;
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  const timespec at_once{0, 0};
  ::sigtimedwait(&pipe, nullptr, &at_once);  // a SIGPIPE pending since then would end the command
  ::sigprocmask(SIG_SETMASK, &g_mask_at_start, nullptr);
  g_blocked = false;
}

bool takes_default_action(pid_t pid, int signal) try {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  return !in_status_mask(status, "SigCgt:", signal) && !in_status_mask(status, "SigIgn:", signal) &&
         !in_status_mask(status, "SigBlk:", signal);
} catch (const std::system_error&) {
  return true;  // it has ended meanwhile
}

static bool is_stop(int signal) {
  return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

constexpr std::initializer_list<int> kDeadly = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

static bool is_deadly(int signal) {
  return std::find(kDeadly.begin(), kDeadly.end(), signal) != kDeadly.end();
}

int wait_for_input(const Fd& file, int milliseconds) {
  const Fd signals = open_signalfd(kDeadly);
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

static void send(const SignalTarget& target, int signal) {
  if (target.handle) {
    send_signal(target.handle, signal);
  } else {
    ::kill(target.pid, signal);
  }
}

void pass_on_signal(int signal, SignalTarget& target, bool from_terminal) {
  const bool ends = is_deadly(signal);
  if (target.init && (ends || is_stop(signal)) && takes_default_action(target.pid, signal)) {
    if (ends) target.killed_by = signal;
    send(target, ends ? SIGKILL : SIGSTOP);
  } else if (!from_terminal || ::getpgid(target.pid) != ::getpgrp()) {
    send(target, signal);
  }
}

int forward_signals(SignalTarget& target, Reap reap) {
  const sigset_t blocked = blocked_signals();
  const pid_t awaited = reap == Reap::kAll ? -1 : target.pid;
  for (;;) {
    int status = 0;
    for (pid_t changed; (changed = ::waitpid(awaited, &status, WNOHANG | WUNTRACED)) != 0;) {
      if (changed == -1) throw_errno({"wait for process ", std::to_string(target.pid)});
      if (changed != target.pid) continue;
      if (!WIFSTOPPED(status)) return status;
      ::raise(SIGSTOP);  // the shell sees a stopped job; its `fg` sends CONT, which is passed on
    }
    siginfo_t info;
    if (::sigwaitinfo(&blocked, &info) != -1 && info.si_signo != SIGCHLD) {
      // sigaction(2): SI_USER, SI_QUEUE, SI_TKILL are 0 or less; the kernel's own codes are not.
      pass_on_signal(info.si_signo, target, info.si_code > 0);
    }
  }
}

Terminal::Terminal() : tty_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
  if (tty_ && ::tcgetpgrp(tty_.get()) != ::getpgrp()) tty_.close();
}

void Terminal::restore() {
  if (!tty_) return;
  // From the background this sends SIGTTOU (tcsetpgrp(3)); it is blocked, and so stops nothing.
  if (::tcgetpgrp(tty_.get()) != ::getpgrp()) ::tcsetpgrp(tty_.get(), ::getpgrp());
}

}  // namespace stepbox
