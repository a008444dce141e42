// Step 7. Work that a child does for us: in namespaces of its own, or so that a ^C can end it.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_

#include "01-clone/process.hpp"
#include "common/error.hpp"

namespace stepbox {

// Runs `function` in a child, and waits until it is done. Throws what it throws; Failure, with the
// status of the child, when a signal has ended it.
template <class Function>
void in_child(const SpawnSettings& settings, Function function) {
  const auto call = [&] {
    function();
    return 0;
  };
  const int status = spawn(settings, call).wait();
  if (status != 0) throw Failure("interrupted", "", status);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_CHILD_TASK_HPP_
