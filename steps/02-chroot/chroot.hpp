// Step 2. A root directory of its own, by chroot(2): names begin somewhere else, no more.
#ifndef STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_
#define STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_

#include <string>

namespace stepbox {

// Outside. The absolute path of the root file system (rootfs) that the user named.
// Throws Failure when it does not exist, is no directory, or is the host's own root.
std::string find_rootfs(const std::string& path);

// Inside. Makes `rootfs` the root directory of this process and of all that it starts.
// The kernel keeps two fields per process, root and cwd; chroot(2) changes only root. A cwd left
// outside is an open door: chdir("/") closes it. For a root user another one stays open: see
// breakout.cpp.
// Throws system_error: `chroot /srv/busybox: Operation not permitted`.
void enter_chroot(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_
