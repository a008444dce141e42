// Step 7. The devices in a container's /dev, as nodes or, where mknod(2) is not permitted, as bind
// mounts. (mknod(2), user_namespaces(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_DEVICE_NODES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_DEVICE_NODES_HPP_

#include <sys/types.h>

#include <string>

namespace stepbox {

struct DeviceNode {
  std::string path;
  char type = 'c';  // c, b, p: character device, block device, fifo
  unsigned major = 0;
  unsigned minor = 0;
  mode_t mode = 0666;
  uid_t uid = 0;
  gid_t gid = 0;
};

// All functions: [child], with umask 0.

// Makes a node below `root`, with its directories. A node that is the same may be there already.
// Throws Failure if another file is; system_error.
void make_device(const std::string& root, const DeviceNode& device);

// /dev/null and the other devices and links that every program expects (runtime-spec,
// config-linux.md, "Default Devices").
void make_default_devices(const std::string& root);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_DEVICE_NODES_HPP_
