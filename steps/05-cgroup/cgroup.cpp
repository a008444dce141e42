#include "05-cgroup/cgroup.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "common/error.hpp"

namespace stepbox {

std::vector<std::string> wanted_controllers(const Limits& limits) {
  std::vector<std::string> controllers;
  if (limits.stats || limits.cpus.microseconds > 0) controllers.push_back("cpu");
  if (limits.stats) controllers.push_back("cpuacct");
  if (limits.stats || limits.memory.count > 0) controllers.push_back("memory");
  if (limits.pids.number > 0) controllers.push_back("pids");
  if (!limits.cpu_list.text.empty()) controllers.push_back("cpuset");
  return controllers;
}

static Limits no_limits() { return {.cpus = {0}, .memory = {0}, .pids = {0}}; }

void set_limits(const Group& group, const Limits& current, const Limits& wanted) {
  (group.hierarchy().v2 ? set_limits_v2 : set_limits_v1)(group, current, wanted);
}

// LAB: cgroup
Cgroup::Cgroup(const std::string& id, const Limits& limits)
    : id_(id), limits_(limits), owner_(true) {
  remove_dead_groups();
  std::vector<std::string> controllers = wanted_controllers(limits);
  if (limits.always && is_usable(kFreezer)) controllers.push_back(kFreezer);
  for (const Hierarchy& hierarchy : find_hierarchies(controllers)) {
    groups_.emplace_back(hierarchy, id);
    set_limits(groups_.back(), no_limits(), limits);
  }
}

Cgroup::~Cgroup() {
  if (!owner_ || !limits_.always) return;
  try {
    std::vector<Group> all = find_groups(id_);  // those too that change() has added meanwhile
    for (const Group& group : all) group.thaw();
    for (Group& group : groups_) group.leave();
    for (Group& group : all) group.own();
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

// A filter of seccomp(2) may hide clone3(2): ENOSYS or EPERM. Without arguments it is EINVAL.
static bool has_clone3() { return ::syscall(SYS_clone3, nullptr, 0) == -1 && errno == EINVAL; }

void Cgroup::join() const {
  for (const Group& group : groups_) {
    if (!group.hierarchy().v2 || fd() == -1) group.join();
  }
}

int Cgroup::fd() const {
  for (const Group& group : groups_) {
    if (group.hierarchy().v2 && has_clone3()) return group.fd();
  }
  return -1;
}

static std::string as_seconds(int64_t microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(microseconds) / 1e6);
  return microseconds < 0 ? "unknown" : text;
}

static std::string as_mebibytes(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return bytes < 0 ? "unknown" : text;
}

void Cgroup::report() const {
  Usage usage;
  for (const Group& group : groups_) {
    if (!limits_.stats && !group.has("memory")) continue;  // only an OOM kill is told unasked
    (group.hierarchy().v2 ? add_usage_v2 : add_usage_v1)(group, usage);
  }
  ran_out_of_memory_ = false;
  if (usage.oom_kills > 0) {
    ran_out_of_memory_ = true;
    warn({"out of memory: ", std::to_string(usage.oom_kills),
          " process(es) killed at the limit of ", as_mebibytes(limits_.memory.count),
          ": raise it with --memory"});
  }
  if (!limits_.stats) return;
  warn({"CPU time ", as_seconds(usage.cpu_us), ", throttled ", as_seconds(usage.throttled_us),
        ", memory peak ", as_mebibytes(usage.memory_peak), ", OOM kills ",
        std::to_string(usage.oom_kills)});
}

}  // namespace stepbox
