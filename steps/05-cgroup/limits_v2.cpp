// cgroup v2: one tree for all controllers. (cgroups(7); the kernel's admin-guide/cgroup-v2)
#include "05-cgroup/limits.hpp"

namespace stepbox {

// 0, no limit, is "max" in v2's files.
static std::string as_limit(int64_t number) { return number > 0 ? std::to_string(number) : "max"; }

void set_limits_v2(const GroupDirectory& group, const Limits& current, const Limits& wanted) {
  if (wanted.cpus.microseconds != current.cpus.microseconds) {
    group.set("cpu.max", as_limit(wanted.cpus.microseconds) + " 100000");
  }
  if (wanted.memory.count != current.memory.count) {
    group.set("memory.max", as_limit(wanted.memory.count));
    // v2 limits swap apart from memory; 0 swap makes --memory count both, as memsw does on v1.
    // Where the kernel has no swap, there is no such file. When the limit is reached one process is
    // killed, as on v1: memory.oom.group stays 0.
    if (group.offers("memory.swap.max")) {
      group.set("memory.swap.max", wanted.memory.count > 0 ? "0" : "max");
    }
  }
  if (wanted.pids.number != current.pids.number) {
    group.set("pids.max", as_limit(wanted.pids.number));
  }
  if (wanted.cpu_list.text != current.cpu_list.text) {
    group.set("cpuset.cpus", wanted.cpu_list.text + "\n");  // empty: the parent's list
  }
}

void add_usage_v2(const GroupDirectory& group, Usage& usage) {
  usage.cpu_us = group.get_number("cpu.stat", "usage_usec");  // in every group, cpu enabled or not
  if (group.has("cpu")) usage.throttled_us = group.get_number("cpu.stat", "throttled_usec");
  if (group.has("memory")) {
    usage.oom_kills = group.get_number("memory.events", "oom_kill");
    if (group.offers("memory.peak")) {  // since Linux 5.19
      usage.memory_peak = group.get_number("memory.peak");
    }
  }
}

}  // namespace stepbox
