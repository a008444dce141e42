// cgroup v2: one tree for all controllers. (cgroups(7), the kernel's admin-guide/cgroup-v2)
#include <unistd.h>

#include "05-cgroup/cgroup.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::string as_limit(int64_t number) { return number > 0 ? std::to_string(number) : "max"; }

void set_limits_v2(const Group& group, const Limits& current, const Limits& wanted) {
  if (wanted.cpus.microseconds != current.cpus.microseconds) {
    group.set("cpu.max", as_limit(wanted.cpus.microseconds) + " 100000");
  }
  if (wanted.memory.count != current.memory.count) {
    group.set("memory.max", as_limit(wanted.memory.count));
    // The limit counts swap too, as it does on v1: what does not fit is not moved there. And as
    // there, one process is killed when it is reached, not all: memory.oom.group stays 0.
    if (group.offers("memory.swap.max")) {
      group.set("memory.swap.max", wanted.memory.count > 0 ? "0" : "max");
    }
  }
  if (wanted.pids.number != current.pids.number) {
    group.set("pids.max", as_limit(wanted.pids.number));
  }
  if (wanted.cpu_list.text != current.cpu_list.text) {
    group.set("cpuset.cpus", wanted.cpu_list.text + "\n");  // nothing: as the parent
  }
}

void add_usage_v2(const Group& group, Usage& usage) {
  usage.cpu_us = group.get_number("cpu.stat", "usage_usec");
  if (group.has("cpu")) usage.throttled_us = group.get_number("cpu.stat", "throttled_usec");
  if (group.has("memory")) {
    usage.oom_kills = group.get_number("memory.events", "oom_kill");
    if (group.offers("memory.peak")) {  // since Linux 5.19
      usage.memory_peak = std::stoll(group.get("memory.peak"));
    }
  }
}

// The controllers that `directory` has not yet given to the groups below it, as "+cpu +pids".
static std::string still_to_enable(const std::string& directory,
                                   const std::vector<std::string>& controllers) {
  const std::vector<std::string> enabled = read_words(directory + "/cgroup.subtree_control");
  std::string text;
  for (const std::string& controller : controllers) {
    if (controller == kFreezer) continue;  // there without being enabled
    if (!contains(enabled, controller)) text += " +" + controller;
  }
  return text.empty() ? text : text.substr(1);
}

void enable_controllers_v2(const std::string& base, const std::string& directory,
                           const std::vector<std::string>& controllers) {
  const std::string text = still_to_enable(directory, controllers);
  if (text.empty()) return;  // then all groups above have done so too
  if (directory.size() > base.size()) {
    enable_controllers_v2(base, directory.substr(0, directory.rfind('/')), controllers);
  }
  const std::string file = directory + "/cgroup.subtree_control";
  explain({"echo '", text, "' > ", quoted(file)});
  try {
    write_file(file, text);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::device_or_resource_busy) throw;
    // "No internal processes": a group has members or gives controllers to groups below, not both.
    throw Failure(error.what(),
                  join({"processes live in that very group; move them: mkdir ", directory,
                        "/init; for p in $(cat ", directory, "/cgroup.procs); do echo $p > ",
                        directory, "/init/cgroup.procs; done"}));
  }
}

std::string find_base_v2(const std::string& mount) {
  std::string below;
  for (const std::string& line : split(read_file("/proc/self/cgroup"), '\n')) {
    if (line.starts_with("0::/")) below = line.substr(4);
  }
  std::string base = mount;
  for (const std::string& part : split(below, '/')) {
    if (::access(base.c_str(), W_OK) == 0) return base;
    base += "/" + part;
  }
  return ::access(base.c_str(), W_OK) == 0 ? base : "";
}

}  // namespace stepbox
