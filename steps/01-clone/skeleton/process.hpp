// Step 1. A child process: born by clone(2), given a command by execve(2), waited for.
//
//   block_signals();
//   Child child = spawn({}, [&] { return exec_command({"/bin/sh"}); });
//   return child.wait();
//
// This is the contract: what each function promises. process.cpp is yours, and so is what you add
// here: members, other functions, other files.
#ifndef STEPBOX_WORK_01_CLONE_PROCESS_HPP_
#define STEPBOX_WORK_01_CLONE_PROCESS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

// Later steps say here what the child does not share with us.
struct SpawnSettings {};

// Outside, first of all: from now on signals wait (sigprocmask(2)) until wait() passes them on, so
// that none of them ends us half-way.
void block_signals();

// A child process. Outside. Destroyed before wait() has returned, it is killed, and waited for.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(Child&& other) noexcept;
  Child(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }

  // Waits until the child ends. Returns its exit status, or 128 + N when signal N killed it.
  // Meanwhile TERM, INT, HUP, QUIT, USR1, USR2 and WINCH go on to the child; not those that the
  // terminal has sent to both of us (siginfo_t's si_code tells). When the child is stopped, we stop
  // too; when we are continued, so is the child.
  // Throws Failure (common/error.hpp) when the command never ran: with the child's own message and
  // exit status.
  int wait();

 private:
  pid_t pid_;  // -1: nobody to wait for
};

// Outside. clone(2): starts a child that runs `function` and exits with what it returns. Until the
// parent says "go" the child waits: a parent that dies first is a "no". A child whose parent dies
// later is killed (prctl(2), PR_SET_PDEATHSIG).
// What the child throws is no matter of the child's memory alone: a pipe carries it to wait().
// Under --explain (common/explain.hpp) the child says what it does as `box# `, and begins only when
// the parent is in wait(): each transcript is the same.
// Throws system_error: `clone: Operation not permitted`.
template <class Function>
Child spawn(const SpawnSettings& settings, Function function) {
  int (*call)(void*) = [](void* target) { return (*static_cast<Function*>(target))(); };
  return spawn_call(settings, call, &function);
}
Child spawn_call(const SpawnSettings& settings, int (*call)(void*), void* argument);

// Inside. execvp(3): this process becomes the command, with the signal mask that we were started
// with, with stdin, stdout, stderr and no other file. It never returns; its type lets container()
// end with `return exec_command(…)`.
// Throws Failure, status 127 (no such command) or 126 (it cannot be run).
int exec_command(const std::vector<std::string>& command);

}  // namespace stepbox

#endif  // STEPBOX_WORK_01_CLONE_PROCESS_HPP_
