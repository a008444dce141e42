// Step 7. The last steps of a process before it becomes a container's command: `run` takes them,
// and `exec`.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_

#include "07-unionfs/process/process_options.hpp"
#include "07-unionfs/process/user.hpp"

namespace stepbox {

// Inside, when the rootfs is the root and has its hostname: limits, the working directory (made
// where it is missing), the environment. Returns who the command is to be.
// Throws Failure for a user that the image does not know; system_error.
// `tty`: stdin is its terminal.
User enter_process(const ProcessOptions& process, bool tty);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_SETUP_HPP_
