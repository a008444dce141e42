// Step 3. What a program expects to find mounted: /proc, /sys, /dev; and volumes.
//
// This is the contract: what each function promises. mount.cpp is yours, and main.cpp must call it.
// Given: the option -v, as a vector of Volume (03-mount/options.hpp).
#ifndef STEPBOX_WORK_03_MOUNT_MOUNT_HPP_
#define STEPBOX_WORK_03_MOUNT_MOUNT_HPP_

#include <string>
#include <vector>

#include "03-mount/options.hpp"

namespace stepbox {

// Mounts of ours. The destructor takes them down, the last one first; it throws nothing, but says
// on stderr what fails (warn(), common/error.hpp). Who has moved them away has none left.
class Mounts {
 public:
  Mounts() = default;
  Mounts(Mounts&&) noexcept = default;
  Mounts(const Mounts&) = delete;
  ~Mounts();
};

// Outside. Mounts below `rootfs`: a proc on /proc, a sysfs on /sys, read-only; a tmpfs on /dev with
// null, zero, full, random, urandom, tty (the host's own, bound), and fd, stdin, stdout, stderr,
// ptmx as symbolic links; a devpts on /dev/pts, a tmpfs on /dev/shm, a mqueue on /dev/mqueue. What
// need not be run from, hold devices or change one's user id: nosuid, nodev, noexec (mount(2)).
// Throws system_error: `mount proc on /srv/busybox/proc: …`. What is mounted by then is taken down.
Mounts mount_basics(const std::string& rootfs);

// Outside. Binds each volume, with what is mounted below its source, read-only if so asked. What is
// mounted there later, on either side, stays on that side.
// A rootfs is not to be trusted: no symbolic link in it may lead a mount out of it (openat2(2)).
// Throws Failure when the destination does not exist: with the mkdir that makes it. What is mounted
// by then is taken down.
Mounts mount_volumes(const std::string& rootfs, const std::vector<Volume>& volumes);

}  // namespace stepbox

#endif  // STEPBOX_WORK_03_MOUNT_MOUNT_HPP_
