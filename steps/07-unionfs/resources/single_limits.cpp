// linux.resources: the limits that are one number or text each. (The kernel's
// cgroup-v1/memory.rst, scheduler/sched-bwc.rst, admin-guide/cgroup-v2.rst)
#include "07-unionfs/resources/limit_writes.hpp"

namespace stepbox {

namespace {

// Whether zero is a limit, or a word for none. kDefault: it is a limit, and that of kernels without
// the file.
enum class Zero { kNotAsked, kDefault, kLimit };

struct SingleLimit {
  const char* section;
  const char* name;
  const char* controller;
  const char* file_v1;
  const char* file_v2;  // null: v2 has none
  std::string (*value_v1)(int64_t) = as_is;
  std::string (*value_v2)(int64_t) = as_limit;
  Zero zero = Zero::kNotAsked;
};

// Without cpu.shares, cpu.quota and cpu.period on v2, memory.swap: see below.
constexpr SingleLimit kLimits[] = {
    {"cpu", "realtimePeriod", "cpu", "cpu.rt_period_us", nullptr},
    {"cpu", "realtimeRuntime", "cpu", "cpu.rt_runtime_us", nullptr},
    {"cpu", "burst", "cpu", "cpu.cfs_burst_us", "cpu.max.burst", as_is, as_is, Zero::kDefault},
    {"cpu", "idle", "cpu", "cpu.idle", "cpu.idle", as_is, as_is, Zero::kDefault},
    {"memory", "limit", "memory", "memory.limit_in_bytes", "memory.max"},
    {"memory", "reservation", "memory", "memory.soft_limit_in_bytes", "memory.low"},
    {"memory", "swappiness", "memory", "memory.swappiness", nullptr, as_is, as_is, Zero::kLimit},
    {"pids", "limit", "pids", "pids.max", "pids.max", as_process_limit, as_process_limit,
     Zero::kLimit},
    {"blockIO", "leafWeight", "blkio", "blkio.leaf_weight", nullptr},
    {"network", "classID", "net_cls", "net_cls.classid", nullptr},
};

void add_limit(const SingleLimit& kind, const ConfigNode& limit, LimitWrites& writes) {
  const auto number = limit.number<int64_t>(-1);
  if (!limit.given() || (number == 0 && kind.zero == Zero::kNotAsked)) return;
  const GroupDirectory& group = writes.group_with(limit, kind.controller);
  const bool v2 = group.hierarchy().v2;
  const char* file = v2 ? kind.file_v2 : kind.file_v1;
  if (!file) limit.refuse({"cgroup v2 has no such limit"});
  if (number == 0 && kind.zero == Zero::kDefault && !group.offers(file)) return;
  writes.add(limit, group, file, (v2 ? kind.value_v2 : kind.value_v1)(number));
}

void add_bandwidth(const ConfigNode& cpu, LimitWrites& writes) {
  const ConfigNode quota = cpu.at("quota"), period = cpu.at("period");
  const auto time = quota.number<int64_t>(-1), each = period.number<int64_t>(0);
  if (time == 0 && each == 0) return;
  const ConfigNode& asked = time != 0 ? quota : period;
  const GroupDirectory& group = writes.group_with(asked, "cpu");
  if (group.hierarchy().v2) {
    const std::string current = group.offers("cpu.max") ? group.get("cpu.max") : "";
    return writes.add(asked, group, "cpu.max", as_cpu_max(current, time, each));
  }
  if (each != 0) writes.add(period, group, "cpu.cfs_period_us", as_is(each));
  if (time != 0) writes.add(quota, group, "cpu.cfs_quota_us", as_is(time));
}

void add_shares(const ConfigNode& cpu, LimitWrites& writes) {
  const ConfigNode limit = cpu.at("shares");
  const auto shares = limit.number<int64_t>(0);
  // An idle group has the least weight, and the kernel refuses to set another.
  if (shares == 0 || cpu.at("idle").number<int64_t>() == 1) return;
  const GroupDirectory& group = writes.group_with(limit, "cpu");
  if (group.hierarchy().v2) return writes.add(limit, group, "cpu.weight", as_weight(shares));
  writes.add(limit, group, "cpu.shares", as_is(shares));
}

void add_cpuset(const ConfigNode& cpu, LimitWrites& writes) {
  for (const auto& [name, file] :
       {std::pair("cpus", "cpuset.cpus"), std::pair("mems", "cpuset.mems")}) {
    const ConfigNode limit = cpu.at(name);
    if (limit.text().empty()) continue;
    writes.add(limit, writes.group_with(limit, "cpuset"), file, limit.text());
  }
}

// `swap` is the limit of memory and swap together, as on v1; v2 limits swap by itself. A kernel
// without swap accounting has no file, and needs none for a value that changes nothing there.
void add_swap(const ConfigNode& memory, LimitWrites& writes) {
  const ConfigNode swap = memory.at("swap");
  const auto limit = memory.at("limit").number<int64_t>(-1);
  auto both = swap.number<int64_t>(-1);
  if (both == 0 && limit == -1) both = -1;  // no limit of memory, then none of both
  if (both == 0) return;
  if (both > 0 && limit > both) swap.refuse({"is less than memory.limit"});
  const GroupDirectory& group = writes.group_with(swap, "memory");
  const bool v2 = group.hierarchy().v2;
  if (v2 && both > 0 && limit <= 0) swap.refuse({"cgroup v2 needs memory.limit too"});
  const char* file = v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
  if (!group.offers(file) && (both == -1 || (v2 && both == limit))) return;
  writes.add(swap, group, file, v2 ? as_limit(both == -1 ? -1 : both - limit) : as_is(both));
}

// v1's kernel does this check by itself; v2's kills processes until the limit holds.
void check_usage(const ConfigNode& memory, const LimitWrites& writes) {
  const ConfigNode limit = memory.at("limit");
  const auto bytes = limit.number<int64_t>(-1);
  if (!memory.at("checkBeforeUpdate").flag() || bytes <= 0) return;
  const GroupDirectory& group = writes.group_with(limit, "memory");
  if (group.hierarchy().v2 && group.get_number("memory.current") > bytes) {
    limit.refuse({"the container uses more: ", as_is(group.get_number("memory.current"))});
  }
}

void add_memory(const ConfigNode& memory, LimitWrites& writes) {
  for (const char* name : {"kernel", "kernelTCP"}) {
    const ConfigNode limit = memory.at(name);
    if (limit.number<int64_t>(-1) > 0) warn({limit.place(), ": ignored, kernels limit all memory"});
  }
  check_usage(memory, writes);
  add_swap(memory, writes);
  const ConfigNode disable = memory.at("disableOOMKiller");
  if (!disable.flag()) return;
  const GroupDirectory& group = writes.group_with(disable, "memory");
  if (group.hierarchy().v2) disable.refuse({"cgroup v2 cannot do that"});
  writes.add(disable, group, "memory.oom_control", "1");
}

}  // namespace

void add_single_limits(const ConfigNode& resources, LimitWrites& writes) {
  const ConfigNode cpu = resources.at("cpu");
  add_bandwidth(cpu, writes);
  add_cpuset(cpu, writes);
  add_memory(resources.at("memory"), writes);
  for (const SingleLimit& kind : kLimits) {
    add_limit(kind, resources.at(kind.section).at(kind.name), writes);
  }
  add_shares(cpu, writes);  // after `idle`
}

}  // namespace stepbox
