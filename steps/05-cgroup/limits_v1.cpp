// cgroup v1: one tree for each controller. (cgroups(7), "Cgroups version 1 controllers"; the
// kernel's admin-guide/cgroup-v1)
#include "05-cgroup/limits.hpp"
#include "common/files.hpp"

namespace stepbox {

// 0, no limit, is -1 in v1's files; but "max" in pids.max.
static std::string as_limit(int64_t number) { return std::to_string(number > 0 ? number : -1); }

// Memory, and memory and swap together (memsw): the kernel refuses with EINVAL a memory limit above
// the memsw limit, so the order depends on the direction. Kernels booted without swap accounting
// (swapaccount=0) have no memsw file.
static void set_memory(const GroupDirectory& group, const Limits& current, const Limits& wanted) {
  const char* both = "memory.memsw.limit_in_bytes";
  const int64_t old = current.memory.count, bytes = wanted.memory.count;
  const bool raise = bytes == 0 || (old > 0 && old < bytes);
  if (raise && group.offers(both)) group.set(both, as_limit(bytes));
  group.set("memory.limit_in_bytes", as_limit(bytes));
  if (!raise && group.offers(both)) group.set(both, as_limit(bytes));
}

void set_limits_v1(const GroupDirectory& group, const Limits& current, const Limits& wanted) {
  const bool cpus = wanted.cpus.microseconds != current.cpus.microseconds;
  if (cpus && group.offers("cpu.cfs_quota_us")) {
    group.set("cpu.cfs_period_us", "100000");  // the kernel's default, and docker's
    group.set("cpu.cfs_quota_us", as_limit(wanted.cpus.microseconds));
  }
  if (wanted.memory.count != current.memory.count && group.offers("memory.limit_in_bytes")) {
    set_memory(group, current, wanted);
  }
  if (wanted.pids.number != current.pids.number && group.offers("pids.max")) {
    group.set("pids.max", wanted.pids.number > 0 ? std::to_string(wanted.pids.number) : "max");
  }
  if (wanted.cpu_list.text != current.cpu_list.text && group.offers("cpuset.cpus")) {
    const std::string& list = wanted.cpu_list.text;
    // v1 has no word for "all CPUs": the parent's list.
    group.set("cpuset.cpus", list.empty() ? read_file(group.path() + "/../cpuset.cpus") : list);
  }
}

void add_usage_v1(const GroupDirectory& group, Usage& usage) {
  // v1 counts nanoseconds.
  if (group.has("cpuacct")) usage.cpu_us = group.get_number("cpuacct.usage") / 1000;
  if (group.has("cpu")) usage.throttled_us = group.get_number("cpu.stat", "throttled_time") / 1000;
  if (group.has("memory")) {
    usage.memory_peak = group.get_number("memory.max_usage_in_bytes");
    usage.oom_kills = group.get_number("memory.oom_control", "oom_kill");
  }
}

}  // namespace stepbox
