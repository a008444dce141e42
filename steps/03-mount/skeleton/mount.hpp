// Step 3. The file systems that programs expect: /proc, /sys, /dev; and volumes.
//
// This file is the contract of each function. Write mount.cpp, and call it in main.cpp.
// Given: the option -v, as a vector of Volume (03-mount/options.hpp).
#ifndef STEPBOX_WORK_03_MOUNT_MOUNT_HPP_
#define STEPBOX_WORK_03_MOUNT_MOUNT_HPP_

#include <string>
#include <vector>

#include "03-mount/options.hpp"

namespace stepbox {

// Owns mounts. The destructor unmounts them, the last one first. It does not throw: it reports
// errors on stderr (warn(), common/error.hpp). A moved-from object owns none.
class Mounts {
 public:
  Mounts() = default;
  Mounts(Mounts&&) noexcept = default;
  Mounts(const Mounts&) = delete;
  ~Mounts();
};

// [parent] Mounts below `rootfs`: a proc on /proc; a sysfs on /sys, read-only; a tmpfs on /dev with
// null, zero, full, random, urandom, tty (bind mounts of the host's), and fd, stdin, stdout,
// stderr, ptmx as symbolic links; a devpts on /dev/pts, a tmpfs on /dev/shm, an mqueue on
// /dev/mqueue. Mount flags (mount(2)): noexec where no program is executed, nodev where no device
// node is used, nosuid everywhere. Throws system_error: `mount proc on /srv/busybox/proc: …`, after
// unmounting what it has mounted.
Mounts mount_basics(const std::string& rootfs);

// [parent] Binds each volume, with the mounts below its source, read-only if the option says so.
// Later mounts on one side do not propagate to the other.
// The rootfs is untrusted: no symbolic link in it may redirect a mount to a path outside of it
// (openat2(2), RESOLVE_IN_ROOT).
// Throws Failure if the destination does not exist, with a hint that names the mkdir command;
// before that, unmounts what it has mounted.
Mounts mount_volumes(const std::string& rootfs, const std::vector<Volume>& volumes);

}  // namespace stepbox

#endif  // STEPBOX_WORK_03_MOUNT_MOUNT_HPP_
