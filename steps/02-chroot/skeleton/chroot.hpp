// Step 2. A root directory of its own, by chroot(2): names begin somewhere else, no more.
//
// This is the contract: what each function promises. chroot.cpp is yours, and main.cpp must call
// it: find_rootfs() for the new word ROOTFS on the command line, enter_chroot() inside.
#ifndef STEPBOX_WORK_02_CHROOT_CHROOT_HPP_
#define STEPBOX_WORK_02_CHROOT_CHROOT_HPP_

#include <string>

namespace stepbox {

// Outside. The absolute path of the root file system (rootfs) that the user named.
// Throws Failure (common/error.hpp), with the name in its message, when there is no such directory;
// and when it is the host's own root.
std::string find_rootfs(const std::string& path);

// Inside. Makes `rootfs` the root directory of this process and of all that it starts, and the
// working directory too: chroot(2) leaves that where it was.
// Throws system_error: `chroot /srv/busybox: Operation not permitted`.
void enter_chroot(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_WORK_02_CHROOT_CHROOT_HPP_
