// Step 7. Builds the container's file system from an OCI config: mounts, devices, masked paths.
//
// Each path is resolved below the root by descriptor (03-mount/mount.hpp), as the root file system
// may be hostile.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_

#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "07-unionfs/oci/config.hpp"

namespace stepbox {

// All functions: [child], in the container's mount namespace. They throw Failure and system_error.

// Keeps the container's mounts from the host's tree, and makes the root directory a mount.
void begin_mounts(const OciConfig& config);

// Makes the mounts in the order of the list, then the devices. `groups`: for a mount of cgroups.
void mount_all(const OciConfig& config, const std::vector<GroupDirectory>& groups);

// Hides and protects paths. Called after the last mount.
void mask_paths(const OciConfig& config);

// The root becomes `/`: by pivot_root(2), or without a mount namespace of its own, or with
// --no-pivot (an initramfs has no parent to pivot from), by chroot(2). Then the root's propagation.
void enter_root(const OciConfig& config, bool no_pivot);

// Writes the settings of config.sysctl. Throws Failure for one that is the whole host's.
void set_sysctls(const OciConfig& config);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_
