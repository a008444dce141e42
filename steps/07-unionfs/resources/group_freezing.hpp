// Step 7. Stops all processes of a container's groups, and resumes them. (cgroups(7); the kernel's
// cgroup-v1/freezer-subsystem and admin-guide/cgroup-v2)
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_GROUP_FREEZING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_GROUP_FREEZING_HPP_

#include <vector>

#include "05-cgroup/group.hpp"

namespace stepbox {

// The group by which all processes are stopped: a v1 freezer's, else v2's; null if there is none.
const GroupDirectory* find_freezer(const std::vector<GroupDirectory>& groups);

// [parent] Freezes all processes, also those that join later, or thaws them. Waits until all are
// frozen. Throws Failure if no group has a freezer, or if it takes more than 10 s: then they are
// thawed.
void freeze_groups(const std::vector<GroupDirectory>& groups, bool frozen);

// False while processes are still being stopped, and without a freezer.
bool are_frozen(const std::vector<GroupDirectory>& groups);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_GROUP_FREEZING_HPP_
