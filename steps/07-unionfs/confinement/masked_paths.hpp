// Step 7. Hides and protects the host's files in /proc, /sys and /dev.
//
// Much of /proc and /sys describes the host, not the container, and root may write to it. The lists
// are docker's.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"

namespace stepbox {

// docker's lists.
std::vector<std::string> hidden_paths();
std::vector<std::string> protected_paths();

// The other functions: [child], called after the last mount below `rootfs`, before any command runs
// there. They throw system_error.

// Of /proc and /sys, what was mounted: there even a path that does not exist must be the kernel's.
using Tops = std::vector<std::string>;

// Mounts an empty directory or /dev/null over each hidden path that exists; binds each read-only
// one that exists onto itself.
void mask_paths(const std::string& rootfs, const std::vector<std::string>& hidden,
                const std::vector<std::string>& read_only, const Tops& mounted);

// The same for docker's lists.
void mask_paths(const std::string& rootfs);

// Sets nodev on the rootfs and the volumes, so that no device node of an image or volume, or made
// by mknod(2), can be opened; `volumes` are paths in the container. The devices in /dev are mounts
// of their own and stay usable.
void forbid_devices(const std::string& rootfs, const std::vector<std::string>& volumes);

// --read-only: the root file system itself, not the mounts below it.
void make_read_only(const std::string& rootfs);

// --privileged: makes /sys writable and adds all devices of the host to /dev. (Of no use in a user
// namespace, which grants no access to them.)
void give_devices(const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_MASKED_PATHS_HPP_
