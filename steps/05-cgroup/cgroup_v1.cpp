// cgroup v1: one tree for each controller. (cgroups(7), "Cgroups v1 controllers")
#include "05-cgroup/cgroup.hpp"
#include "05-cgroup/group.hpp"

namespace stepbox {

void set_limits_v1(const Group& group, const Limits& limits) {
  if (group.has("cpu") && limits.cpus.microseconds > 0) {
    group.set("cpu.cfs_period_us", "100000");
    group.set("cpu.cfs_quota_us", std::to_string(limits.cpus.microseconds));
  }
  if (group.has("memory") && limits.memory.count > 0) {
    const std::string bytes = std::to_string(limits.memory.count);
    group.set("memory.limit_in_bytes", bytes);
    // Memory and swap together; kernels without swap accounting do not have the file.
    if (group.offers("memory.memsw.limit_in_bytes"))
      group.set("memory.memsw.limit_in_bytes", bytes);
  }
  if (group.has("pids") && limits.pids.number > 0) {
    group.set("pids.max", std::to_string(limits.pids.number));
  }
}

void add_usage_v1(const Group& group, Usage& usage) {
  if (group.has("cpuacct")) usage.cpu_us = std::stoll(group.get("cpuacct.usage")) / 1000;
  if (group.has("cpu")) usage.throttled_us = group.get_number("cpu.stat", "throttled_time") / 1000;
  if (group.has("memory")) {
    usage.memory_peak = std::stoll(group.get("memory.max_usage_in_bytes"));
    usage.oom_kills = group.get_number("memory.oom_control", "oom_kill");
  }
}

}  // namespace stepbox
