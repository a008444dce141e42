// Step 7. linux.resources.devices: which device numbers the processes of a container may open and
// make nodes for. The devices controller on v1, a BPF program on v2. (runtime-spec,
// config-linux.md, "Allowed Device list"; the kernel's cgroup-v1/devices.rst; bpf(2))
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_DEVICE_RULES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_DEVICE_RULES_HPP_

#include <linux/bpf.h>

#include <cstdint>
#include <string>
#include <vector>

#include "05-cgroup/group.hpp"

namespace stepbox {

constexpr int64_t kEveryNumber = -1;

// A later rule counts more than an earlier one. What no rule allows is denied.
struct DeviceRule {
  bool allow = false;
  char type = 'a';  // c, b, or both: a
  int64_t major = kEveryNumber;
  int64_t minor = kEveryNumber;
  std::string access = "rwm";  // read, write, mknod
};

// `rules`, and after them those for the devices that each container has (runtime-spec, "Default
// Devices"), and for mknod(2) of any device: a node alone gives no access.
std::vector<DeviceRule> with_default_devices(std::vector<DeviceRule> rules);

// The lines to write to devices.allow or devices.deny for a rule: "c 1:3 rwm", "a".
std::vector<std::string> lines_v1(const DeviceRule& rule);

// The program that decides about one access. Its context is a bpf_cgroup_dev_ctx.
std::vector<bpf_insn> device_program(const std::vector<DeviceRule>& rules);

// [parent] Puts exactly these rules in force, instead of earlier ones. v1 cannot deny a part of
// what an earlier rule has allowed with "*". Throws system_error.
void set_device_rules_v1(const GroupDirectory& group, const std::vector<DeviceRule>& rules);
void set_device_rules_v2(const GroupDirectory& group, const std::vector<DeviceRule>& rules);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_DEVICE_RULES_HPP_
