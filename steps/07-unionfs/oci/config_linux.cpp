// The object `linux` of config.json. (runtime-spec, config-linux.md)
#include <linux/sched.h>
#include <sys/personality.h>

#include <algorithm>
#include <iterator>

#include "07-unionfs/oci/config_parts.hpp"
#include "07-unionfs/process/sysctls.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

constexpr NamedValue kNamespaces[] = {{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC},
                                      {"mount", CLONE_NEWNS},      {"network", CLONE_NEWNET},
                                      {"pid", CLONE_NEWPID},       {"time", CLONE_NEWTIME},
                                      {"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS}};
constexpr NamedValue kPersonalities[] = {{"LINUX", PER_LINUX}, {"LINUX32", PER_LINUX32}};

void read_namespaces(const ConfigNode& node, OciConfig& config) {
  for (const ConfigNode& item : node.items()) {
    const ConfigNode type = item.at("type");
    const int flag = value_in(type, kNamespaces, "namespace");
    if (config.find_namespace(flag)) type.refuse({"'", type.text(), "' is there twice"});
    config.namespaces.push_back({.flag = flag, .path = item.at("path").absolute_path()});
  }
}

OciIdRange id_range_in(const ConfigNode& node) {
  const auto id = [&](const char* key) { return node.at(key).needed().number<uint32_t>(); };
  const OciIdRange range{.inside = id("containerID"), .outside = id("hostID"), .size = id("size")};
  if (range.size == 0) node.at("size").refuse({"0 maps no ids"});
  // The kernel's limit: 2^32-1 is no id, but setuid(2)'s "unchanged".
  if (range.size > UINT32_MAX - std::max(range.inside, range.outside)) {
    node.at("size").refuse({std::to_string(range.size), " reaches above the largest id"});
  }
  return range;
}

DeviceNode device_in(const ConfigNode& node) {
  const ConfigNode type = node.at("type").needed(), mode = node.at("fileMode");
  DeviceNode device;
  device.path = node.at("path").needed().absolute_path();
  const std::string letter = type.text();
  if (letter != "c" && letter != "u" && letter != "b" && letter != "p") {
    type.refuse({"'", letter, "' is no type of device: c, u, b or p"});
  }
  device.type = letter == "u" ? 'c' : letter[0];
  if (device.type != 'p') {
    device.major = node.at("major").needed().number<unsigned>();
    device.minor = node.at("minor").needed().number<unsigned>();
  }
  // Engines copy st_mode, with the bits of the type.
  if (mode.given()) device.mode = mode.number<mode_t>() & 07777;
  device.uid = node.at("uid").number<uid_t>();
  device.gid = node.at("gid").number<gid_t>();
  return device;
}

// The lines for /proc/PID/timens_offsets.
std::string time_offsets_in(const ConfigNode& node) {
  std::string lines;
  for (const auto& [clock, offset] : node.members()) {
    if (clock != "monotonic" && clock != "boottime") {
      offset.refuse({"this clock has no offset, monotonic and boottime have"});
    }
    const auto seconds = offset.at("secs").number<int64_t>();
    const auto nanoseconds = offset.at("nanosecs").number<uint32_t>(0, 999'999'999);
    lines += join({clock, " ", std::to_string(seconds), " ", std::to_string(nanoseconds), "\n"});
  }
  return lines;
}

std::string propagation_in(const ConfigNode& node) {
  const std::string kind = node.text();
  if (!kind.empty() && propagation_of(kind) == 0) {
    node.refuse({"'", kind, "' is no propagation of mounts"});
  }
  return kind;
}

std::optional<unsigned long> personality_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  const ConfigNode flags = node.at("flags");
  if (!flags.items().empty()) flags.refuse({"no flag is defined, so the list must be empty"});
  return static_cast<unsigned long>(value_in(node.at("domain"), kPersonalities, "personality"));
}

void read_sysctls(const ConfigNode& node, OciConfig& config) {
  for (const auto& [key, value] : node.members()) {
    const std::string path = sysctl_path(key);
    if (path.empty()) value.refuse({"this is no name of a setting"});
    config.sysctl[path] = value.text();
    const int flag = namespace_of_sysctl(path);
    if (flag == 0) value.refuse({"this setting is the whole host's"});
    need_own(value, config, flag);
  }
}

// A new user namespace without id maps has no root.
void check_id_maps(const ConfigNode& node, const OciConfig& config) {
  const OciNamespace* user = config.find_namespace(CLONE_NEWUSER);
  for (const auto& [key, maps] :
       {std::pair("uidMappings", &config.uid_maps), std::pair("gidMappings", &config.gid_maps)}) {
    if (!user && !maps->empty()) node.at(key).refuse({"a user namespace is needed"});
    if (user && user->path.empty() && maps->empty()) {
      node.at(key).refuse({"a new user namespace needs it"});
    }
  }
}

void check_namespaces(const ConfigNode& node, const OciConfig& config) {
  check_id_maps(node, config);
  const OciNamespace* time = config.find_namespace(CLONE_NEWTIME);
  if (!config.time_offsets.empty() && (!time || !time->path.empty())) {
    node.at("timeOffsets").refuse({"a new time namespace is needed"});
  }
  const auto need_mounts = [&](const char* key, bool asked) {
    if (asked) need_own(node.at(key), config, CLONE_NEWNS);
  };
  need_mounts("maskedPaths", !config.masked_paths.empty());
  need_mounts("readonlyPaths", !config.read_only_paths.empty());
  need_mounts("rootfsPropagation", !config.root_propagation.empty());
}

}  // namespace

int value_in(const ConfigNode& node, std::span<const NamedValue> values, std::string_view what) {
  const std::string name = node.needed().text();
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const NamedValue& value) { return value.name == name; });
  if (found == values.end()) node.refuse({"'", name, "' is no ", what});
  return found->value;
}

void need_own(const ConfigNode& node, const OciConfig& config, int flag) {
  if (config.has_own(flag)) return;
  const auto kind = std::find_if(std::begin(kNamespaces), std::end(kNamespaces),
                                 [&](const NamedValue& one) { return one.value == flag; });
  node.refuse({"the container needs its own ", kind->name, " namespace"});
}

std::vector<OciIdRange> id_ranges_in(const ConfigNode& node) {
  std::vector<OciIdRange> ranges;
  for (const ConfigNode& item : node.items()) ranges.push_back(id_range_in(item));
  return ranges;
}

void read_linux(const ConfigNode& node, OciConfig& config) {
  read_namespaces(node.at("namespaces"), config);
  config.uid_maps = id_ranges_in(node.at("uidMappings"));
  config.gid_maps = id_ranges_in(node.at("gidMappings"));
  config.time_offsets = time_offsets_in(node.at("timeOffsets"));
  for (const ConfigNode& item : node.at("devices").items()) {
    config.devices.push_back(device_in(item));
  }
  config.cgroups_path = node.at("cgroupsPath").text();
  config.resources = node.at("resources").json();
  read_sysctls(node.at("sysctl"), config);
  config.seccomp = seccomp_in(node.at("seccomp"));
  config.root_propagation = propagation_in(node.at("rootfsPropagation"));
  config.masked_paths = node.at("maskedPaths").absolute_paths();
  config.read_only_paths = node.at("readonlyPaths").absolute_paths();
  config.mount_label = node.at("mountLabel").text();
  refuse_unsupported(node.at("intelRdt"));
  config.personality = personality_in(node.at("personality"));
  check_namespaces(node, config);
}

}  // namespace stepbox
