// Step 5. The trees of cgroups that are mounted on this host, and their controllers.
//
// A controller (cpu, memory, pids, cpuset) is in one tree only: in a v1 tree where it is mounted as
// such, otherwise in the v2 tree. Hybrid hosts have both kinds, so the choice is made for each
// controller. See cgroups(7), and admin-guide/cgroup-v2 of the kernel's documentation.
#ifndef STEPBOX_STEPS_05_CGROUP_HIERARCHY_HPP_
#define STEPBOX_STEPS_05_CGROUP_HIERARCHY_HPP_

#include <string>
#include <vector>

namespace stepbox {

// A mounted tree, and the controllers of it that the caller wants, or that it has.
struct Hierarchy {
  bool v2 = false;
  std::string base;  // the directory in which groups are made, as stepbox/<id>
  std::vector<std::string> controllers;
  bool has(const std::string& controller) const;
};

// All trees, v1 ones first, with the controllers that they offer here: an ordinary user may have
// been delegated some of v2's, not all. A v2 tree that the caller may not write to is left out.
// Read once, from /proc/self/mountinfo and cgroup.controllers, never from a fixed path.
const std::vector<Hierarchy>& all_hierarchies();

// The trees that have these controllers, each with those of them that it has.
// Throws Failure for a controller that no tree offers.
std::vector<Hierarchy> find_hierarchies(const std::vector<std::string>& controllers);

// The topmost directory of a v2 tree in which the caller may make groups: the root of the mount, or
// the part that was delegated to an ordinary user. Empty if there is none.
std::string find_base_v2(const std::string& mount);

// v2 only. Enables `controllers` for the groups right below `directory`, and in each directory from
// `base` down to it. (Above `base` they are enabled: otherwise `base` would not have them.)
// Throws system_error; Failure, with the commands that help, where processes are in the way.
void enable_controllers(const std::string& base, const std::string& directory,
                        const std::vector<std::string>& controllers);

// The hint for a caller that may not make cgroups.
constexpr char kWithoutLimits[] =
    "be root, or run without limits: --cpus 0 --memory 0 --pids-limit 0";

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_HIERARCHY_HPP_
