// Step 7. Prepares a process to become a container's command, for `run` and `exec`.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_

#include "07-unionfs/process/process_options.hpp"
#include "07-unionfs/process/user.hpp"

namespace stepbox {

// [child] Called when the rootfs is the root directory and the host name is set. Changes to the
// working directory (created if missing), sets the environment, the resource limits, and the
// settings of the kernel. `tty`:
// stdin is the container's terminal. Returns the user that the command runs as. Throws Failure for
// a user that the image does not have; system_error.
User enter_process(const ProcessOptions& process, bool tty);

// For --oom-score-adj, of this process and its later children. exec calls it [parent] before it
// makes itself unreadable, as the file is root's then (proc(5)). Throws system_error.
void set_oom_score(const OomScore& score);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_
