// Step 7. A task that runs in a child process: in namespaces of its own, or so that ^C can end it
// without ending the caller half-way.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_

#include <poll.h>

#include <cerrno>

#include "01-clone/process.hpp"
#include "common/error.hpp"

namespace stepbox {

// Whether a TERM, INT, HUP or QUIT to this process ends the task early, or waits until it is done:
// a removal, for example, must not stop half-way.
enum class Until { kSignal, kDone };

// Waits until the child has ended. wait() then only fetches the status: no signal ends it early.
inline void wait_for_end(Child& child) {
  child.go();
  pollfd ended{child.process().handle.get(), POLLIN, 0};
  while (::poll(&ended, 1, -1) == -1 && errno == EINTR) continue;
}

// [parent] Runs `function` in a child and waits for its end. Rethrows the child's exception; throws
// Failure with the child's status when a signal ended it.
template <class Function>
void run_in_child(const SpawnSettings& settings, Function function, Until until = Until::kSignal) {
  const auto call = [&] {
    function();
    return 0;
  };
  Child child = spawn(settings, call);
  if (until == Until::kDone) wait_for_end(child);
  const int status = child.wait();
  if (status != 0) throw Failure("interrupted", "", status);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_
