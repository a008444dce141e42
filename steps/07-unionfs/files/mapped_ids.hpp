// Step 7. Files of all ids that we have, seen from outside of a container.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_

#include <sched.h>
#include <unistd.h>

#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"

namespace stepbox {

// Calls `function` where root's rights hold for the files of a container: here if we are root. Else
// its users own files by ids of ours, and overlay's work directory is closed to everybody: in a
// child, as root of a user namespace with the same ids. Signals wait until it is done, as they wait
// when we are root: what is removed half-way stays. Throws what it throws.
template <class Function>
void with_mapped_ids(Function function) {
  if (::geteuid() == 0) return function();
  run_in_child({.namespaces = CLONE_NEWUSER, .before_go = write_id_maps}, function, Until::kDone);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_
