// Step 1. A child process: born by clone(2), given a command by execve(2), waited for.
//
//   Child child = spawn({}, [&] { return exec_command({"/bin/sh"}); });
//   return child.wait();
//
// spawn() runs a function in the child instead of returning twice. Until that function starts,
// the child waits for one byte from its parent, the "go"; end of file means that the parent is
// gone, and the child gives up. What the child throws is reported through a pipe, and wait()
// throws it again in the parent: one message, one exit status.
#ifndef STEPBOX_STEPS_01_CLONE_PROCESS_HPP_
#define STEPBOX_STEPS_01_CLONE_PROCESS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "01-clone/signals.hpp"
#include "common/fd.hpp"

namespace stepbox {

struct SpawnSettings {
  // CLONE_NEW* flags, see namespaces(7); 0: the child shares everything with us. (Step 4)
  int namespaces = 0;
  // A cgroup v2 directory that the child is born in; -1: ours. (Step 5)
  int cgroup_fd = -1;
  // Outside, when the child exists and before it goes: writes the user namespace's maps. (Step 4)
  void (*before_go)(pid_t child, int namespaces) = nullptr;
  // No signal of ours ends it early: it must not stop half-way. (Step 7)
  bool to_the_end = false;
};

// A child process. Outside. Destroyed before wait() has returned, it is killed.
class Child {
 public:
  Child(pid_t pid, const SpawnSettings& settings, Fd go, Fd errors);
  Child(Child&& other) noexcept;
  Child(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }

  // Lets the child start. spawn() does it, or under --explain wait(): the two sides take turns.
  void go();

  // Returns true once the command runs; false if it never will: wait() says why. A TERM, INT, HUP
  // or QUIT that comes before ends the child at once.
  bool wait_for_exec();

  // Passes a signal on as wait() does with one that was sent to us.
  void pass_on(int signal);

  // Waits until the child ends, and meanwhile passes signals on to it (signals.hpp).
  // Returns its exit status, or 128 + N when signal N killed it.
  // Throws Failure when the command never ran: the child's own message and status.
  int wait();

 private:
  pid_t pid_;
  bool init_;  // process 1 of a PID namespace of its own
  bool to_the_end_;
  Fd go_;      // our end of the "go" pipe; the child notices when it closes
  Fd errors_;  // what the child has to say when it fails; closed by exec, so then: end of file
  std::string report_;  // what it has said: a byte of exit status, and a message
  int killed_by_ = 0;   // the signal that we made KILL
  Terminal terminal_;
};

// Outside. clone(2): starts a child that runs `function` and exits with what it returns.
// The child has a copy of our memory: it sees the variables that `function` refers to.
// Throws system_error: `clone: Operation not permitted`.
template <class Function>
Child spawn(const SpawnSettings& settings, Function function) {
  int (*call)(void*) = [](void* target) { return (*static_cast<Function*>(target))(); };
  return spawn_call(settings, call, &function);
}
Child spawn_call(const SpawnSettings& settings, int (*call)(void*), void* argument);

// How unshare(1) and nsenter(1) call these CLONE_NEW* flags: " --uts --pid". For --explain.
std::string namespace_options(int flags);

// Inside. execvp(3): this process becomes the command, with stdin, stdout, stderr and no other
// file. Returns nothing ever; its type lets container() end with `return exec_command(…)`. Throws
// Failure, status 127 (no such command) or 126 (it cannot be run).
int exec_command(const std::vector<std::string>& command);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_01_CLONE_PROCESS_HPP_
