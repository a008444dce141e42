// Step 7. The cgroups of a container, made by its runtime and used by other processes too: exec
// joins them, pause freezes them, update changes their limits.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_

#include <optional>
#include <string>
#include <vector>

#include "05-cgroup/cgroup.hpp"

namespace stepbox {

// The groups of a container that its runtime makes and removes: step 5's, and one to freeze the
// container by, so that limits can be added later. [parent]
class ContainerGroups {
 public:
  // Throws as Cgroup does. `out_of_memory` is what report() finds.
  ContainerGroups(const std::string& id, const Limits& limits, bool& out_of_memory);

  // Thaws the container, and removes all its groups, those too that `update` has added.
  ~ContainerGroups();
  ContainerGroups(const ContainerGroups&) = delete;

  // As Cgroup's.
  void join() const;
  int fd() const;

  // As Cgroup's; and notes whether the kernel killed a process for lack of memory.
  void report();

 private:
  std::string id_;
  bool& out_of_memory_;
  Cgroup limited_;
  std::optional<Group> freezer_;  // none where limited_ has such a group, or this user may not
};

// The groups of a container that another process owns. They stay when this object goes. [parent]
class RunningGroups {
 public:
  explicit RunningGroups(const std::string& id);

  const std::vector<GroupDirectory>& all() const { return groups_; }

  // As Cgroup's.
  void join() const;
  int fd() const;

  // Sets what differs between the limits in force, `before`, and `after`.
  // Throws Failure where there is no group for it; system_error where the kernel refuses: then the
  // old limits are in force.
  void change(const Limits& before, const Limits& after);

  // Stops all processes, also those that joined later, or resumes them. Returns when it is done.
  // Throws Failure where there is no group for it, or it takes more than 10 s.
  void freeze(bool frozen) const;
  bool is_frozen() const;  // false where there is no group for it

  // Resumes the processes without waiting: in v1 trees a frozen process is not killed.
  void thaw() const;

 private:
  const GroupDirectory* freezer() const;
  void spread_to(const Hierarchy& hierarchy);

  std::string id_;
  std::vector<GroupDirectory> groups_;
};

// Freezes container `id`, or resumes it, and records nothing: see RunningGroups::freeze().
void freeze_container(const std::string& id, bool frozen);

// Stops all processes of container `id` as long as it lives. [parent]
class Standstill {
 public:
  // `set`: freeze_container, or what records it as well. Throws as that does.
  Standstill(const std::string& id, void (*set)(const std::string& id, bool frozen));

  // Warns where the container stays frozen. (It may have ended, or have been resumed, by then.)
  ~Standstill();
  Standstill(const Standstill&) = delete;

 private:
  std::string id_;
  void (*set_)(const std::string& id, bool frozen);
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_
