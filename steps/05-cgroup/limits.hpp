// Step 5. Writes limits to the files of a group, and reads its usage. (For all versions limits.cpp;
// limits_v1.cpp, limits_v2.cpp)
#ifndef STEPBOX_STEPS_05_CGROUP_LIMITS_HPP_
#define STEPBOX_STEPS_05_CGROUP_LIMITS_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "05-cgroup/options.hpp"

namespace stepbox {

// The controllers that these limits need.
std::vector<std::string> wanted_controllers(const Limits& limits);

// Writes the differences between `current`, the limits in force, and `wanted` to this group.
// Throw system_error.
void set_limits(const GroupDirectory& group, const Limits& current, const Limits& wanted);
void set_limits_v1(const GroupDirectory& group, const Limits& current, const Limits& wanted);
void set_limits_v2(const GroupDirectory& group, const Limits& current, const Limits& wanted);

// The usage of a container, over the lifetime of its groups. -1: unknown to this kernel.
struct Usage {
  int64_t cpu_us = -1;
  int64_t throttled_us = -1;  // spent waiting for the next period
  int64_t memory_peak = -1;   // bytes
  int64_t oom_kills = -1;
};

// Add the counts of this group. Throw system_error; Failure for a file that is no number.
void add_usage_v1(const GroupDirectory& group, Usage& usage);
void add_usage_v2(const GroupDirectory& group, Usage& usage);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_LIMITS_HPP_
