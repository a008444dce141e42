// Step 5. Control groups: how much a container may use. (cgroups(7))
//
// A cgroup is a directory, its settings are files, its members process ids written to one of them.
// Two versions of that interface are about. v1: one tree for each controller (cpu, memory, pids).
// v2: one tree for all. Many hosts have both, so the version is chosen for each controller.
#ifndef STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
#define STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_

#include <string>
#include <utility>
#include <vector>

#include "05-cgroup/group.hpp"
#include "05-cgroup/options.hpp"

namespace stepbox {

// A container's own groups, `stepbox/<id>`, in each tree that is needed. Outside.
class Cgroup {
 public:
  // Makes the groups, with their limits, and removes those whose owner died.
  // Throws Failure where the host has no such controller; system_error where we may not use it.
  Cgroup(const std::string& id, const Limits& limits);

  ~Cgroup();  // kills who is left in the groups, and removes them
  Cgroup(const Cgroup&) = delete;

  // The groups of a container that runs already within `limits`. (Step 7)
  static Cgroup existing(const std::string& id, const Limits& limits = {});

  // Outside. Sets what differs between the limits that are in force and `wanted`, for processes
  // that run too. Throws Failure where there is no group for it; system_error where the kernel
  // refuses: then the old ones are in force.
  void change(const Limits& wanted);

  // Outside. Stops all processes, those too that joined later; or lets them go on. Returns when it
  // is done. Throws Failure where there is no group for it.
  void freeze(bool frozen) const;
  bool is_frozen() const;

  // Inside, first of all: this process becomes a member, so the limits hold before the command
  // starts. By itself: a parent who writes somebody else's pid waits 10 ms for the kernel.
  void join() const;

  // For spawn(), on v2: the child is born a member. -1 on v1.
  int fd() const;

  // Outside, when the container has ended. Says on stderr whether the kernel killed for lack of
  // memory; with --stats, what was used.
  void report() const;

  // Whether the last report() had such a kill to tell of. (Step 7)
  static bool ran_out_of_memory() { return ran_out_of_memory_; }

 private:
  Cgroup(const std::string& id, const Limits& limits, std::vector<Group> groups)
      : id_(id), limits_(limits), groups_(std::move(groups)) {}
  const Group& freezer() const;
  void spread_to(const Hierarchy& hierarchy);

  static inline bool ran_out_of_memory_ = false;
  std::string id_;
  Limits limits_;
  bool owner_ = false;
  std::vector<Group> groups_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
