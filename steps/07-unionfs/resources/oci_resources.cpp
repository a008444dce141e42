#include "07-unionfs/resources/oci_resources.hpp"

#include "07-unionfs/resources/device_rules.hpp"
#include "07-unionfs/resources/limit_writes.hpp"

namespace stepbox {

static DeviceRule read_rule(const ConfigNode& item) {
  const ConfigNode type = item.at("type"), access = item.at("access");
  DeviceRule rule{.allow = item.at("allow").needed().flag()};
  if (type.given()) {
    if (type.text() != "a" && type.text() != "b" && type.text() != "c") {
      type.refuse({"'", type.text(), "' is not a, b or c"});
    }
    rule.type = type.text()[0];
  }
  // The kernel has 12 bits for the major number and 20 for the minor one.
  if (item.at("major").given()) rule.major = item.at("major").number<int64_t>(-1, 0xfff);
  if (item.at("minor").given()) rule.minor = item.at("minor").number<int64_t>(-1, 0xfffff);
  if (access.given()) rule.access = access.text();
  if (rule.access.find_first_not_of("rwm") != std::string::npos) {
    access.refuse({"'", rule.access, "' is not made of r, w and m"});
  }
  return rule;
}

static std::vector<DeviceRule> read_rules(const ConfigNode& devices) {
  std::vector<DeviceRule> rules;
  for (const ConfigNode& item : devices.items()) rules.push_back(read_rule(item));
  return rules;
}

static void set_devices(const ConfigNode& devices, const LimitWrites& writes,
                        const std::vector<DeviceRule>& rules) {
  const GroupDirectory* v1 = writes.find_group("devices");
  const GroupDirectory* v2 = writes.group_v2();
  if (v1) return set_device_rules_v1(*v1, with_default_devices(rules));
  if (v2) return set_device_rules_v2(*v2, with_default_devices(rules));
  devices.refuse({"no cgroup controller 'devices' on this host, or none for us"});
}

void set_oci_resources(const std::vector<GroupDirectory>& groups, const std::string& resources,
                       const std::string& scope, const char* document) {
  if (resources.empty()) return;
  const Json json = parse_document(resources, document);
  const ConfigNode root(json, document, "linux.resources");
  LimitWrites writes(groups);
  add_single_limits(root, writes);
  add_listed_limits(root, writes);
  const std::vector<DeviceRule> rules = read_rules(root.at("devices"));
  if (!scope.empty()) set_scope_limits(scope, writes.properties());
  writes.write();
  if (!rules.empty() && is_root_of_host()) set_devices(root.at("devices"), writes, rules);
}

}  // namespace stepbox
