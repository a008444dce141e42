// Runs a part of a unit test in a child process, which may be killed or change its own state.
#ifndef STEPBOX_COMMON_TESTING_STAGE_FORKED_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_FORKED_HPP_

#include <sys/wait.h>
#include <unistd.h>

#include "common/error.hpp"

namespace stepbox {

// Starts a child that runs `function` and exits with its result; with 99 if it throws.
template <class Function>
pid_t start_forked(Function function) {
  const pid_t pid = ::fork();
  if (pid == -1) throw_errno({"fork"});
  if (pid != 0) return pid;
  try {
    ::_exit(function());
  } catch (...) {
    ::_exit(99);
  }
}

// Waits for the child `pid`. Returns its exit status, or 128 + N when signal N killed it.
inline int wait_for(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) == -1) throw_errno({"wait"});
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
}

template <class Function>
int run_forked(Function function) {
  return wait_for(start_forked(function));
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_FORKED_HPP_
