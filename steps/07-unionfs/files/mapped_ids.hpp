// Step 7. Access to a container's files from outside of it, with all user ids it can have.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_

#include <sched.h>
#include <unistd.h>

#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"

namespace stepbox {

// [parent] Calls `function` with root's rights over the files of a container: directly when called
// by root. Without root the container's users own files by subordinate ids, and overlayfs creates
// its work directory with mode 0, so a child calls it as root of a user namespace with the same id
// maps. That child is uninterruptible: a removal that stops half-way would leave files that the
// caller cannot remove. Rethrows.
template <class Function>
void with_mapped_ids(Function function) {
  if (::geteuid() == 0) return function();
  run_in_child({.namespaces = CLONE_NEWUSER, .before_go = write_id_maps}, function, Until::kDone);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_MAPPED_IDS_HPP_
