// Step 7. A container's view of its cgroups, /sys/fs/cgroup. (cgroups(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_GROUP_MOUNTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_GROUP_MOUNTS_HPP_

#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "07-unionfs/storage/mount_options.hpp"

namespace stepbox {

// [child] Binds the container's group of each tree below a tmpfs, as on a host with v1; `cpu` is a
// link where the tree is `cpu,cpuacct`. On a host with v2 only, or with `only_v2`, binds the v2
// group itself. Throws system_error; Failure if there is no v2 group.
void mount_groups(const std::string& root, const std::string& destination,
                  const MountOptions& options, const std::vector<GroupDirectory>& groups,
                  bool only_v2);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_GROUP_MOUNTS_HPP_
