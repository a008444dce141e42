// The object `process`, of config.json or by itself. (runtime-spec, config.md, "Process")
#include <linux/sched.h>
#include <sched.h>
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

// Warns of what capset(2) and prctl(2) would refuse, and leaves it out, as the specification wants.
void keep_possible(const ConfigNode& node, CapabilitySet& set, CapabilitySet possible) {
  const CapabilitySet refused = set & ~possible;
  if (refused) warn({node.place(), ": cannot be given:", names_of(refused, " ")});
  set &= possible;
}

std::optional<ProcessCapabilities> all_sets_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  ProcessCapabilities sets{.bounding = capabilities_in(node.at("bounding")),
                           .effective = capabilities_in(node.at("effective")),
                           .permitted = capabilities_in(node.at("permitted")),
                           .inheritable = capabilities_in(node.at("inheritable")),
                           .ambient = capabilities_in(node.at("ambient"))};
  keep_possible(node.at("effective"), sets.effective, sets.permitted);
  keep_possible(node.at("inheritable"), sets.inheritable, sets.bounding);
  keep_possible(node.at("ambient"), sets.ambient, sets.permitted & sets.inheritable);
  return sets;
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

std::optional<Scheduler> scheduler_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  constexpr NamedValue kPolicies[] = {
      {"SCHED_OTHER", SCHED_OTHER},      {"SCHED_FIFO", SCHED_FIFO}, {"SCHED_RR", SCHED_RR},
      {"SCHED_BATCH", SCHED_BATCH},      {"SCHED_ISO", SCHED_ISO},   {"SCHED_IDLE", SCHED_IDLE},
      {"SCHED_DEADLINE", SCHED_DEADLINE}};
  constexpr NamedValue kFlags[] = {{"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
                                   {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
                                   {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
                                   {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
                                   {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
                                   {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
                                   {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX}};
  const int policy = value_in(node.at("policy"), kPolicies, "policy");
  const bool real_time = policy == SCHED_FIFO || policy == SCHED_RR;
  const auto time = [&](const char* key) {
    return node.at(key).number<uint64_t>(0, policy == SCHED_DEADLINE ? INT64_MAX : 0);
  };
  Scheduler scheduler{.policy = static_cast<uint32_t>(policy),
                      .nice = node.at("nice").number<int32_t>(-20, 19),
                      .priority = node.at("priority").number<uint32_t>(0, real_time ? 99 : 0),
                      .runtime = time("runtime"),
                      .deadline = time("deadline"),
                      .period = time("period")};
  for (const ConfigNode& flag : node.at("flags").items()) {
    scheduler.flags |= static_cast<uint64_t>(value_in(flag, kFlags, "flag of sched_setattr(2)"));
  }
  return scheduler;
}

std::optional<IoPriority> io_priority_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  constexpr NamedValue kClasses[] = {
      {"IOPRIO_CLASS_RT", 1}, {"IOPRIO_CLASS_BE", 2}, {"IOPRIO_CLASS_IDLE", 3}};
  return IoPriority{.type = value_in(node.at("class"), kClasses, "class of ioprio_set(2)"),
                    .level = node.at("priority").number<int>(0, 7)};
}

// "0-3,7", as cpuset(7) has it.
std::optional<cpu_set_t> cpus_in(const ConfigNode& node) {
  if (!node.given()) return std::nullopt;
  cpu_set_t cpus{};
  for (const std::string& range : split(node.text(), ',')) {
    const size_t dash = std::min(range.find('-'), range.size());
    const auto first = parse_number(range.substr(0, dash));
    const auto last = dash == range.size() ? first : parse_number(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *first > *last || *last >= CPU_SETSIZE) {
      node.refuse({"'", range, "' is no CPU and no range of CPUs"});
    }
    for (int64_t cpu = *first; cpu <= *last; ++cpu) CPU_SET(static_cast<size_t>(cpu), &cpus);
  }
  return cpus;
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
  process.scheduler = scheduler_in(node.at("scheduler"));
  process.io_priority = io_priority_in(node.at("ioPriority"));
  process.initial_cpus = cpus_in(node.at("execCPUAffinity").at("initial"));
  process.final_cpus = cpus_in(node.at("execCPUAffinity").at("final"));
  return process;
}

OciProcess parse_process(const std::string& text) {
  const Json json = parse_document(text, "process");
  return process_in({json, "process"});
}

}  // namespace stepbox
