// Step 7. Mounts on the host that a killed container has left: `rescue` takes them down.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_

#include <string>
#include <vector>

namespace stepbox {

// Unmounts what a killed step 3, or a killed container with --share mount, has left below a rootfs
// of this host. Such a rootfs is found by the source of the mount on its /proc. Not unmounted: what
// is below the rootfs directories `in_use` or below one that is locked (SharedMounts), and what was
// mounted on the rootfs itself before. Warns of what fails.
void unmount_leftovers(const std::vector<std::string>& in_use);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_MOUNT_LEFTOVERS_HPP_
