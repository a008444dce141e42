// Processes, signals, terminals, queues.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/testing/probe/probe.hpp"

namespace stepbox {

int wait_for_signal(int, char**) {
  ::puts("ready");
  for (;;) ::pause();
}

// catch [COUNT]: waits for so many signals; for one by default.
int catch_signal(int count, char** words) {
  sigset_t set;
  ::sigemptyset(&set);
  const int all[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  for (const int number : all) {
    ::sigaddset(&set, number);
    ::signal(number, [](int) {});  // a handler: the kernel shows it in SigCgt
  }
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::puts("ready");
  for (int left = count > 0 ? ::atoi(words[0]) : 1; left > 0; --left) {
    int number = 0;
    ::sigwait(&set, &number);
    ::printf("caught %s\n", ::sigabbrev_np(number));
  }
  return 5;
}

static void print_window() {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == -1) ::puts("no terminal");
  ::printf("window %d x %d\n", size.ws_row, size.ws_col);
}

int show_window(int, char**) {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGWINCH);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGWINCH, [](int) {});
  print_window();
  int number = 0;
  ::sigwait(&set, &number);
  print_window();
  return 0;
}

int count_files(int, char**) {
  int open = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1) ++open;
  }
  ::printf("%d\n", open);
  return 0;
}

int show_words(int count, char** words) {
  for (int i = 0; i < count; ++i) ::printf("[%s]\n", words[i]);
  return 0;
}

int look_for_queue(int count, char** words) {
  if (count < 1) return 2;
  const key_t key = ::atoi(words[0]);
  if (count > 1 && ::msgget(key, IPC_CREAT | 0666) == -1) return 1;
  ::puts(::msgget(key, 0) != -1 ? "there" : "not there");
  return 0;
}

// A seccomp filter as docker had: clone3(2) fails with ENOSYS, and the C library calls clone(2).
int hide_clone3(int count, char** words) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = 4, .filter = program};
  if (count < 1) return 2;
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) ::execvp(words[0], words);
  ::perror("without-clone3");
  return 127;
}

int open_pty(int, char**) {
  int master = -1;
  int slave = -1;
  char name[128];
  if (::openpty(&master, &slave, name, nullptr, nullptr) == -1) {
    ::perror("openpty");
    return 1;
  }
  ::puts(name);
  return 0;
}

// A child makes a grandchild, which ends as a zombie; then the child ends: the zombie is an orphan.
int make_orphan(int, char**) {
  int ends[2];
  if (::pipe(ends) == -1) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) _exit(0);
    const bool told = ::write(ends[1], &grandchild, sizeof grandchild) == sizeof grandchild;
    // WNOWAIT: waits until it has ended, but does not reap it.
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(grandchild), &info, WEXITED | WNOWAIT);
    _exit(told ? 0 : 1);
  }
  pid_t orphan = -1;
  if (::read(ends[0], &orphan, sizeof orphan) != sizeof orphan) return 1;
  ::waitpid(child, nullptr, 0);
  for (int tries = 0; tries < 1000; ++tries) {
    if (::kill(orphan, 0) == -1 && errno == ESRCH) {
      ::puts("reaped");
      return 0;
    }
    const timespec pause{.tv_sec = 0, .tv_nsec = 1'000'000};
    ::nanosleep(&pause, nullptr);
  }
  ::puts("a zombie stays");
  return 0;
}

// Continues `parent` until it has made a child, which ptrace(2) stops before its first instruction.
// Returns the child's pid, or -1.
static pid_t first_child_of(pid_t parent) {
  constexpr long kForks = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  ::ptrace(PTRACE_SETOPTIONS, parent, nullptr, kForks);
  for (int status = 0, signal = 0;;) {
    ::ptrace(PTRACE_CONT, parent, nullptr, static_cast<long>(signal));
    if (::waitpid(parent, &status, 0) != parent || !WIFSTOPPED(status)) return -1;
    if (status >> 16 != 0) break;  // PTRACE_EVENT_FORK: clone(2) with SIGCHLD is one, too
    signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
  }
  unsigned long child = 0;
  ::ptrace(PTRACE_GETEVENTMSG, parent, nullptr, &child);
  ::waitpid(static_cast<pid_t>(child), nullptr, __WALL);
  return static_cast<pid_t>(child);
}

int kill_at_birth(int count, char** words) {
  if (count < 1) return 2;
  const pid_t parent = ::fork();
  if (parent == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) ::raise(SIGSTOP);
    ::execvp(words[0], words);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(parent, &status, WUNTRACED);
  const pid_t child = WIFSTOPPED(status) ? first_child_of(parent) : -1;
  if (child == -1) {
    ::fprintf(stderr, "it has made no child\n");
    return 1;
  }
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);  // dead, and its files are closed
  ::ptrace(PTRACE_DETACH, child, nullptr, nullptr);
  return 0;
}

}  // namespace stepbox
