// Step 7. What /proc, /sys and /dev show of the machine, and what mounts allow.
//
// /proc and /sys are the kernel's own: much in them belongs to the machine, not to the container,
// and root may write to it. What docker hides is hidden here, and what it makes read-only.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"

namespace stepbox {

// All inside, when everything is mounted below `rootfs`, and nobody uses it yet.
// Throw system_error.

// An empty directory, or /dev/null, over each hidden path; read-only ones bound onto themselves.
void mask_paths(const std::string& rootfs);

// No device node works that comes with the image, on a volume, or out of mknod(2): mounts are
// nodev. Those in /dev are mounts of their own, and do.
void forbid_devices(const std::string& rootfs, const std::vector<Volume>& volumes);

// --read-only: the root file system only, not what is mounted below it.
void make_read_only(const std::string& rootfs);

// --privileged: /sys may be written to, and /dev has all devices of the host. (Not in a user
// namespace: there it takes more than that.)
void give_devices(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_
