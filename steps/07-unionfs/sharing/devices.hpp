// Step 7. --device: devices of the host in the container's /dev.
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_DEVICES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_DEVICES_HPP_

#include <string>
#include <vector>

namespace stepbox {

// HOST[:CONTAINER[:ACCESS]]. A directory means all devices in it.
struct Device {
  std::string source;
  std::string destination;
  std::string access = "rwm";  // read, write, mknod
};
void parse_value(const std::string& text, Device& device);  // throws Failure

// [parent] Throws Failure for an access that nothing would limit. `has_rules`: the devices
// controller will, as for root of the host (set_oci_resources()).
void check(const std::vector<Device>& devices, bool has_rules);

// [parent] The rules for the devices controller that allow these, as linux.resources.devices of an
// OCI config. Throws Failure for what is no device, system_error for what is not there.
std::string as_oci_rules(const std::vector<Device>& devices);

// [child] Binds the nodes of the host below `root`, whose mount points it makes. Throws as above.
void bind_devices(const std::string& root, const std::vector<Device>& devices);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_DEVICES_HPP_
