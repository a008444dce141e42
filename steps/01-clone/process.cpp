#include "01-clone/process.hpp"

#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>  // struct clone_args, CLONE_INTO_CGROUP
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/openers.hpp"
#include "common/process/exec_hint.hpp"

namespace stepbox {

namespace {

// The child's stack: 1 MiB, and below it a guard page without access: an overflow is a SIGSEGV, and
// not a silent write into another mapping.
class Stack {
 public:
  // LAB: stack
  Stack()
      : base_(::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (base_ == MAP_FAILED) throw_errno({"map a stack"});
    const size_t guard = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (::mprotect(static_cast<char*>(base_) + guard, kSize - guard, PROT_READ | PROT_WRITE) ==
        -1) {
      throw_errno({"protect a stack"});
    }
  }
  ~Stack() { ::munmap(base_, kSize); }
  Stack(const Stack&) = delete;

  // clone(2) takes the highest address: stacks grow down on x86-64 and arm64.
  void* top() const { return static_cast<char*>(base_) + kSize; }

 private:
  static constexpr size_t kSize = 1 << 20;
  void* base_;
};

// The arguments of child_main(), which reads them in its copy of the parent's memory.
struct ChildArguments {
  int (*call)(void*);
  void* argument;
  Pipe go;
  Pipe errors;
};

// [child] The child's ends of the two pipes.
int g_go = -1;
int g_errors = -1;

// [child] The kernel kills this process when its parent dies (prctl(2)), but not if the parent was
// dead before the call. getppid(2) does not show that: it is 0 across a PID namespace. The pipe
// does: it hangs up.
void die_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd go{g_go, POLLIN, 0};
  if (::poll(&go, 1, 0) == 1 && !(go.revents & POLLIN)) ::_exit(kFailed);
}

// [child] Reports to the parent: one byte of exit status, then the message. It is cut to PIPE_BUF,
// which an empty pipe takes without blocking (pipe(7)): the parent may not read yet.
void report_to_parent(const std::exception& error) {
  const std::string text =
      join({std::string(1, static_cast<char>(status_of(error))), message_of(error)});
  [[maybe_unused]] ssize_t written =
      ::write(g_errors, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
}

int child_main(void* argument) {
  ChildArguments& arguments = *static_cast<ChildArguments*>(argument);
  arguments.go.writer.close();  // otherwise its end of file would never come
  arguments.errors.reader.close();
  g_go = arguments.go.reader.get();
  g_errors = arguments.errors.writer.get();
  die_with_parent();
  // LAB: go
  char byte;
  if (::read(g_go, &byte, 1) != 1) ::_exit(kFailed);  // end of file: the parent is dead
  // LAB: end
  explain_as_box();
  int status = kFailed;
  try {
    status = arguments.call(arguments.argument);
  } catch (const std::exception& error) {
    report_to_parent(error);
    status = status_of(error);
  }
  ::_exit(status);  // not exit(3), not return: the destructors are the parent's
}

// clone3(2) starts the child in its cgroup (Linux 5.7). Called without a stack, it returns twice,
// as fork(2) does.
pid_t clone_into_cgroup(const SpawnSettings& settings, ChildArguments& arguments, int* handle) {
  clone_args args{};
  args.flags = static_cast<uint64_t>(settings.namespaces) | CLONE_PIDFD | CLONE_INTO_CGROUP;
  args.pidfd = reinterpret_cast<uint64_t>(handle);
  args.exit_signal = settings.namespaces & CLONE_PARENT ? 0 : SIGCHLD;  // 0: the caller's own
  args.cgroup = static_cast<uint64_t>(settings.cgroup_fd);
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) child_main(&arguments);
  return static_cast<pid_t>(pid);
}

}  // namespace

std::string namespace_options(int flags) {
  constexpr std::pair<int, const char*> kOptions[] = {
      {CLONE_NEWUSER, " --user"},    {CLONE_NEWUTS, " --uts"}, {CLONE_NEWPID, " --pid"},
      {CLONE_NEWNS, " --mount"},     {CLONE_NEWIPC, " --ipc"}, {CLONE_NEWNET, " --net"},
      {CLONE_NEWCGROUP, " --cgroup"}};
  std::string options;
  for (const auto& [flag, option] : kOptions) {
    if (flags & flag) options += option;
  }
  return options;
}

static std::string as_shell_command(int namespaces) {
  if (namespaces == 0) return "sh -c '…' &";
  return join({"unshare --fork --kill-child", namespace_options(namespaces), " sh -c '…' &"});
}

// LAB: clone
Child spawn_call(const SpawnSettings& settings, int (*call)(void*), void* argument) {
  block_signals();
  ChildArguments arguments{call, argument, {}, {}};
  explain({as_shell_command(settings.namespaces)});
  Stack stack;
  const int flags = settings.namespaces | CLONE_PIDFD | SIGCHLD;
  int handle = -1;  // the child's pidfd
  const pid_t pid = settings.cgroup_fd != -1
                        ? clone_into_cgroup(settings, arguments, &handle)
                        : ::clone(child_main, stack.top(), flags, &arguments, &handle);
  if (pid == -1) throw_errno({"clone"});
  const bool init = settings.namespaces & CLONE_NEWPID;
  Child child({pid, Fd(handle), init}, std::move(arguments.go.writer),
              std::move(arguments.errors.reader));
  if (settings.before_go) settings.before_go(pid, settings.namespaces);
  if (!explaining()) child.go();
  return child;
}

Child::~Child() {
  if (!process_.handle) return;
  send_signal(process_.handle, SIGKILL);
  ::waitpid(process_.pid, nullptr, 0);
}

void Child::go() {
  if (std::exchange(told_to_go_, true)) return;
  if (::write(go_.get(), "", 1) != 1) throw_errno({"tell the child to go"});
}

bool Child::wait_for_exec() {
  if (explaining()) go();  // the parent has said all: each transcript is the same
  char block[4096];
  for (ssize_t got = 1; got > 0;) {
    if (const int signal = wait_for_input(errors_)) {
      process_.killed_by = signal;
      send_signal(process_.handle, SIGKILL);
      continue;
    }
    got = ::read(errors_.get(), block, sizeof block);
    if (got > 0) report_.append(block, static_cast<size_t>(got));
  }
  errors_.close();
  return report_.empty();
}

int Child::wait() {
  if (errors_) wait_for_exec();
  const int status = forward_signals(process_);
  process_.handle.close();
  terminal_.restore();
  if (!report_.empty()) {
    throw Failure(report_.substr(1), "", static_cast<unsigned char>(report_.front()));
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status), instead_of = process_.killed_by;
  return kSignalBase + (signal == SIGKILL && instead_of != 0 ? instead_of : signal);
}

int exec_command(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  explain({"exec ", quoted(command)});
  die_with_parent();  // again: a change of user id has cleared it (prctl(2))
  // A directory that the caller left open would lead out of the container (CVE-2024-21626).
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == -1) throw_errno({"close the caller's files"});
  restore_signal_mask();
  const std::string program = search_path(command[0]);
  ::execv(program.c_str(), argv.data());
  const int error = errno;
  const bool missing = error == ENOENT || error == ENOTDIR;
  throw Failure(join({"exec ", command[0], ": ", std::generic_category().message(error)}),
                hint_of_exec(program, error), missing ? kNoCommand : kCannotRun);
}

}  // namespace stepbox
