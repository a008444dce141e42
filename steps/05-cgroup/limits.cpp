#include "05-cgroup/limits.hpp"

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

void set_limits(const GroupDirectory& group, const Limits& current, const Limits& wanted) {
  (group.hierarchy().v2 ? set_limits_v2 : set_limits_v1)(group, current, wanted);
}

}  // namespace stepbox
