// Step 2. A root directory of its own, by chroot(2): it changes where paths begin, nothing else.
#ifndef STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_
#define STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_

#include <string>

namespace stepbox {

// [parent] The absolute path of the root file system (rootfs) at `path`.
// Throws Failure when it does not exist, is no directory, or is the host's own root.
std::string find_rootfs(const std::string& path);

// [child] Makes `rootfs` the root directory of this process and of its descendants. The kernel
// keeps root and cwd of each process apart; chroot(2) changes root only. From a cwd outside of the
// new root `..` leads to the host's files; chdir("/") prevents that. A root user breaks out all the
// same (experiments/breakout.cpp). Throws system_error: `chroot /srv/busybox: Operation not
// permitted`.
void enter_chroot(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_02_CHROOT_CHROOT_HPP_
