// The object `process`, of config.json or by itself. (runtime-spec, config.md, "Process")
#include <sys/resource.h>

#include <algorithm>

#include "07-unionfs/oci/config_parts.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

CapabilitySet capabilities_in(const ConfigNode& node) {
  CapabilitySet set = 0;
  for (const ConfigNode& item : node.items()) {
    const CapabilitySet one = named({Capability{item.text()}}) & all_capabilities();
    // The specification asks for a warning: engines name what a newer kernel has.
    if (!one) warn({item.place(), ": no capability '", item.text(), "' here, it is ignored"});
    set |= one;
  }
  return set;
}

std::optional<OciCapabilities> all_sets_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  return OciCapabilities{.bounding = capabilities_in(node.at("bounding")),
                         .effective = capabilities_in(node.at("effective")),
                         .permitted = capabilities_in(node.at("permitted")),
                         .inheritable = capabilities_in(node.at("inheritable")),
                         .ambient = capabilities_in(node.at("ambient"))};
}

bool is_resource(const std::string& name) {
  Ulimit limit;
  try {
    parse_value(name + "=0", limit);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

// RLIM_INFINITY, the largest number, becomes -1; set_limit() reverses that.
int64_t limit_in(const ConfigNode& node) {
  return static_cast<int64_t>(node.needed().number<uint64_t>());
}

Ulimit rlimit_in(const ConfigNode& node) {
  const ConfigNode type = node.at("type").needed();
  const std::string name = type.text();
  Ulimit limit;
  if (name.starts_with("RLIMIT_")) limit.name = in_lower_case(name.substr(7));
  if (!is_resource(limit.name)) type.refuse({"'", name, "' is no resource with a limit"});
  limit.soft = limit_in(node.at("soft"));
  limit.hard = limit_in(node.at("hard"));
  if (static_cast<rlim_t>(limit.soft) > static_cast<rlim_t>(limit.hard)) {
    node.at("soft").refuse({"the limit is above the hard one"});
  }
  return limit;
}

std::vector<Ulimit> rlimits_in(const ConfigNode& node) {
  std::vector<Ulimit> limits;
  for (const ConfigNode& item : node.items()) {
    const Ulimit fresh = rlimit_in(item);
    if (std::any_of(limits.begin(), limits.end(),
                    [&](const Ulimit& limit) { return limit.name == fresh.name; })) {
      const ConfigNode type = item.at("type");
      type.refuse({"'", type.text(), "' is there twice"});
    }
    limits.push_back(fresh);
  }
  return limits;
}

void read_user(const ConfigNode& user, OciProcess& process) {
  process.uid = user.at("uid").number<uid_t>();
  process.gid = user.at("gid").number<gid_t>();
  for (const ConfigNode& gid : user.at("additionalGids").items()) {
    process.additional_gids.push_back(gid.number<gid_t>());
  }
  const ConfigNode umask = user.at("umask");
  if (umask.given()) process.umask = umask.number<mode_t>(0, 0777);
}

// The specification has consoleSize ignored without a terminal.
void read_terminal(const ConfigNode& node, OciProcess& process) {
  process.terminal = node.at("terminal").flag();
  const ConfigNode size = node.at("consoleSize");
  if (!process.terminal || !size.given()) return;
  process.rows = size.at("height").number<unsigned short>();
  process.columns = size.at("width").number<unsigned short>();
}

}  // namespace

OciProcess process_in(const ConfigNode& node) {
  OciProcess process;
  read_terminal(node, process);
  read_user(node.at("user"), process);
  process.args = node.at("args").texts();
  if (process.args.empty()) node.at("args").refuse({"a program must be given"});
  process.env = node.at("env").environment();
  process.cwd = node.at("cwd").needed().absolute_path();
  process.capabilities = all_sets_in(node.at("capabilities"));
  process.rlimits = rlimits_in(node.at("rlimits"));
  process.no_new_privileges = node.at("noNewPrivileges").flag();
  const ConfigNode adjustment = node.at("oomScoreAdj");
  if (adjustment.given()) process.oom_score_adj = adjustment.number<int>(-1000, 1000);
  process.apparmor_profile = node.at("apparmorProfile").text();
  process.selinux_label = node.at("selinuxLabel").text();
  refuse_unsupported(node.at("scheduler"));
  refuse_unsupported(node.at("ioPriority"));
  return process;
}

OciProcess parse_process(const std::string& text) {
  const Json json = parse_document(text, "process");
  return process_in({json, "process"});
}

}  // namespace stepbox
