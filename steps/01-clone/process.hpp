// Step 1. A child process: made by clone(2), turned into a command by execve(2), waited for.
//
//   Child child = spawn({}, [&] { return exec_command({"/bin/sh"}); });
//   return child.wait();
//
// spawn() runs a function in the child instead of returning twice. Before that, the child reads one
// byte, the "go", from its parent; at end of file the parent is dead, and the child exits. The
// child sends an exception's message and status through a pipe, and wait() throws it again in the
// parent.
//
// All headers say where a function is called:
//   [parent]  in the process that was started, on the host
//   [child]   in the function given to spawn(): in the process that becomes the container's command
#ifndef STEPBOX_STEPS_01_CLONE_PROCESS_HPP_
#define STEPBOX_STEPS_01_CLONE_PROCESS_HPP_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "01-clone/signals.hpp"
#include "common/fd.hpp"

namespace stepbox {

using IdMapWriter = void (*)(pid_t child, int namespaces);

struct SpawnSettings {
  // CLONE_NEW* flags, see namespaces(7); 0: the child shares all namespaces of its parent. (Step 4)
  int namespaces = 0;
  // A cgroup v2 directory, in which the child starts; -1: the parent's. (Step 5)
  int cgroup_fd = -1;
  // [parent] Called when the child exists, before its go: writes the id maps of its user namespace.
  // (Step 4)
  IdMapWriter before_go = nullptr;
};

// [parent] A child process. The destructor kills it, unless wait() has returned.
class Child {
 public:
  Child(SignalTarget process, Fd go, Fd errors)
      : process_(std::move(process)), go_(std::move(go)), errors_(std::move(errors)) {}
  Child(Child&& other) noexcept = default;
  Child(const Child&) = delete;
  ~Child();

  pid_t pid() const { return process_.pid; }

  // The child as signals.hpp knows it: its handle is readable when it has ended.
  SignalTarget& process() { return process_; }

  // Lets the child start, once. spawn() calls it, or under --explain wait(): the two sides take
  // turns.
  void go();

  // Waits for the child's exec. True: the command runs. False: it never will, and wait() throws the
  // reason. A TERM, INT, HUP or QUIT in the meantime kills the child. wait() calls it, if the
  // caller has not.
  bool wait_for_exec();

  // Waits until the child ends, and passes signals on to it (signals.hpp). Returns its exit status,
  // or 128 + N when signal N killed it. Throws Failure when the command never ran, with the child's
  // message and status.
  int wait();

 private:
  SignalTarget process_;  // its handle is -1 after wait(), and after a move
  bool told_to_go_ = false;
  Fd go_;               // the parent's end of the "go" pipe; the child notices when it closes
  Fd errors_;           // the child reports a failure here; exec closes the other end
  std::string report_;  // a byte of exit status, and a message
  Terminal terminal_;
};

// [parent] clone(2): starts a child that runs `function` and exits with its result. The child has a
// copy of the parent's memory, so `function` may refer to variables.
// Throws system_error: `clone: Operation not permitted`.
template <class Function>
Child spawn(const SpawnSettings& settings, Function function) {
  int (*call)(void*) = [](void* target) { return (*static_cast<Function*>(target))(); };
  return spawn_call(settings, call, &function);
}
Child spawn_call(const SpawnSettings& settings, int (*call)(void*), void* argument);

// These CLONE_NEW* flags as options of unshare(1) and nsenter(1): " --uts --pid". For --explain.
std::string namespace_options(int flags);

// [child] execve(2): this process becomes the command, with stdin, stdout, stderr and no other
// file. Does not return on success; the type lets container() end with `return exec_command(…)`.
// Throws Failure, status 127 (no such command) or 126 (it cannot be run).
int exec_command(const std::vector<std::string>& command);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_01_CLONE_PROCESS_HPP_
