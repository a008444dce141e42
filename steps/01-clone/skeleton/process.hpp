// Step 1. A child process: created by clone(2), executes a command by execve(2), is waited for.
//
//   block_signals();
//   Child child = spawn({}, [&] { return exec_command({"/bin/sh"}); });
//   return child.wait();
//
// This file is the contract of each function. Write process.cpp. You may add members here, and
// other functions and files.
//
// [parent] and [child] say which process calls a function: the one that calls spawn(), or the one
// that spawn() creates.
#ifndef STEPBOX_WORK_01_CLONE_PROCESS_HPP_
#define STEPBOX_WORK_01_CLONE_PROCESS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

// What the child does not share with its parent. Empty until step 4.
struct SpawnSettings {};

// [parent] Called first. Blocks the signals that wait() forwards (sigprocmask(2)): they stay
// pending until wait() reads them, so none of them ends the parent between two steps of its setup.
void block_signals();

// [parent] A child process. The destructor kills it and waits for it, unless wait() has returned.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(Child&& other) noexcept;
  Child(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }

  // Waits until the child ends. Returns its exit status, or 128 + N if signal N killed it.
  // Meanwhile forwards TERM, INT, HUP, QUIT, USR1, USR2 and WINCH to the child, except those that
  // the terminal sent to the whole process group (si_code in sigaction(2)). If the child is
  // stopped, the parent stops too; if the parent is continued, it continues the child.
  // Throws Failure (common/error.hpp), with the child's message and exit status, if the command
  // was never executed.
  int wait();

 private:
  pid_t pid_;  // -1: no child to wait for
};

// [parent] Starts a child by clone(2) that calls `function` and exits with its result. The child
// first waits for the parent's "go"; if the parent ends before, it exits without calling it. If the
// parent ends later, the child is killed (prctl(2), PR_SET_PDEATHSIG).
// The child has a copy of the parent's memory: an exception in it reaches wait() through a pipe.
// Under --explain (common/explain.hpp) the child's lines begin with `box# `, and it starts only
// when the parent is in wait(), so that each transcript is the same. Throws system_error: `clone:
// Operation not permitted`.
template <class Function>
Child spawn(const SpawnSettings& settings, Function function) {
  int (*call)(void*) = [](void* target) { return (*static_cast<Function*>(target))(); };
  return spawn_call(settings, call, &function);
}
Child spawn_call(const SpawnSettings& settings, int (*call)(void*), void* argument);

// [child] Executes the command by execvp(3), with the signal mask that the program was started
// with, and with no file descriptor but 0, 1 and 2. Does not return on success; the type lets
// container() end with `return exec_command(…)`. Throws Failure with status 127 (no such command)
// or 126 (it cannot be executed).
int exec_command(const std::vector<std::string>& command);

}  // namespace stepbox

#endif  // STEPBOX_WORK_01_CLONE_PROCESS_HPP_
