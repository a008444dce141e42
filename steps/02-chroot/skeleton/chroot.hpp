// Step 2. A root directory of its own, by chroot(2). It changes where absolute paths begin, and
// nothing else.
//
// This file is the contract of each function. Write chroot.cpp, and call it in main.cpp:
// find_rootfs() for the new argument ROOTFS, enter_chroot() in the child.
#ifndef STEPBOX_WORK_02_CHROOT_CHROOT_HPP_
#define STEPBOX_WORK_02_CHROOT_CHROOT_HPP_

#include <string>

namespace stepbox {

// [parent] Returns the absolute path of the root file system (rootfs) at `path`.
// Throws Failure (common/error.hpp), with the path in its message, if there is no such directory,
// or if it is the host's own root.
std::string find_rootfs(const std::string& path);

// [child] Makes `rootfs` the root directory of this process and of its children, and their working
// directory, too: chroot(2) does not change the working directory.
// Throws system_error: `chroot /srv/busybox: Operation not permitted`.
void enter_chroot(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_WORK_02_CHROOT_CHROOT_HPP_
