// Step 7. Unmounts the mounts that killed containers left on the host, for `rescue`.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_

#include <string>
#include <vector>

namespace stepbox {

// Unmounts the mounts that a killed step 3, or a killed container with --share mount, left below a
// rootfs of this host. Such a rootfs is found by the source of the mount on its /proc. Keeps the
// mounts below the directories `in_use`, those below a locked rootfs (SharedMounts), and those that
// other programs made on the rootfs itself. Warns of errors.
void unmount_leftovers(const std::vector<std::string>& in_use);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_
