// Step 5. Control groups limit and account the resources of a container. (cgroups(7))
//
// A cgroup is a directory, its settings are files; a process joins when its id is written to one.
// The interface has two versions. v1: one tree for each controller (cpu, memory, pids). v2: one
// tree for all. Many hosts have both, so the version is chosen for each controller.
//
//   Cgroup      a container's groups       this file
//   Limits      their limits               options.hpp, limits.hpp
//   Group       one directory              group.hpp
//   Hierarchy   the tree that it is in     hierarchy.hpp
#ifndef STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
#define STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_

#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "05-cgroup/limits.hpp"
#include "05-cgroup/options.hpp"

namespace stepbox {

// [parent] A container's groups, `stepbox/<id>`, one in each tree that its limits need.
class Cgroup {
 public:
  // Makes the groups, with their limits, and removes those of containers whose owner was killed.
  // Throws Failure where the host has no such controller; system_error where the caller lacks the
  // permission.
  Cgroup(const std::string& id, const Limits& limits);

  // The destructor kills the remaining members, and removes the groups (~Group()).
  Cgroup(const Cgroup&) = delete;

  // [child] Called first. The calling process becomes a member, so the limits hold before the
  // command starts. A parent that writes another process's id would wait 10 ms for the kernel.
  void join() const;

  // For SpawnSettings::cgroup_fd, on v2: clone3(2) makes the child a member. -1 on v1.
  int fd() const;

  // Called when the container has ended. Reports on stderr if the OOM killer has killed one of its
  // processes; with --stats also the usage.
  void report() const;

  // The usage so far. Without --stats only memory is read.
  Usage usage() const;

 private:
  Limits limits_;
  std::vector<Group> groups_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
