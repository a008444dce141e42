#include "05-cgroup/cgroup.hpp"

#include <cstdio>

#include "common/error.hpp"

namespace stepbox {

static Limits no_limits() { return {.cpus = {0}, .memory = {0}, .pids = {0}}; }

// LAB: cgroup
Cgroup::Cgroup(const std::string& id, const Limits& limits) : limits_(limits) {
  remove_dead_groups();
  for (const Hierarchy& hierarchy : find_hierarchies(wanted_controllers(limits))) {
    groups_.emplace_back(hierarchy, id);
    set_limits(groups_.back(), no_limits(), limits);
  }
}

void Cgroup::join() const {
  for (const Group& group : groups_) {
    if (group.fd() == -1) group.join();  // otherwise clone3(2) has made the child a member
  }
}

int Cgroup::fd() const {
  for (const Group& group : groups_) {
    if (group.fd() != -1) return group.fd();
  }
  return -1;
}

// "0.25 s": `format` takes the number divided by `unit`. A negative number is unknown.
static std::string as_text(const char* format, int64_t number, double unit) {
  char text[32];
  std::snprintf(text, sizeof text, format, static_cast<double>(number) / unit);
  return number < 0 ? "unknown" : text;
}

static std::string as_seconds(int64_t us) { return as_text("%.2f s", us, 1e6); }
static std::string as_mebibytes(int64_t bytes) { return as_text("%.1f MiB", bytes, 1 << 20); }

Usage Cgroup::usage() const {
  Usage usage;
  for (const Group& group : groups_) {
    // Without --stats only the OOM kills are asked for: each file read delays the end.
    if (!limits_.stats && !group.has("memory")) continue;
    (group.hierarchy().v2 ? add_usage_v2 : add_usage_v1)(group, usage);
  }
  return usage;
}

void Cgroup::report() const {
  const Usage used = usage();
  if (used.oom_kills > 0) {
    warn({"out of memory: ", std::to_string(used.oom_kills), " process(es) killed at the limit of ",
          as_mebibytes(limits_.memory.count), ": raise it with --memory"});
  }
  if (!limits_.stats) return;
  warn({"CPU time ", as_seconds(used.cpu_us), ", throttled ", as_seconds(used.throttled_us),
        ", memory peak ", as_mebibytes(used.memory_peak), ", OOM kills ",
        std::to_string(used.oom_kills)});
}

}  // namespace stepbox
