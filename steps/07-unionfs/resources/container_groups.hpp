// Step 7. The cgroups of a container, made by its runtime and used by other processes too: exec
// joins them, pause freezes them, update changes their limits.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "05-cgroup/cgroup.hpp"
#include "07-unionfs/sharing/container_limits.hpp"
#include "07-unionfs/sharing/system_mounts.hpp"

namespace stepbox {

// [parent] The groups of a container, made and removed by its runtime: those of step 5, those that
// its other limits need, and one in a freezer tree. `update` freezes the container through the
// latter when it adds a group. With --privileged, one in each tree.
class ContainerGroups {
 public:
  // Throws as Cgroup does; Failure for a limit that this host does not have. report() sets
  // `out_of_memory`.
  ContainerGroups(const std::string& id, const GroupOptions& options, bool& out_of_memory);

  // Thaws the container, and removes all its groups, also those that `update` added.
  ~ContainerGroups();
  ContainerGroups(const ContainerGroups&) = delete;

  // As Cgroup's (05-cgroup/cgroup.hpp).
  void join() const;
  int fd() const;

  // [child] For mount_system(), after join(). Once.
  GroupView view() const;

  // As Cgroup's; also stores whether the kernel killed a process for lack of memory.
  void report();

 private:
  std::string id_;
  bool& out_of_memory_;
  Cgroup limited_;
  std::vector<Group> others_;     // in other trees, as far as this user may make them
  std::vector<Hierarchy> trees_;  // in which it has a group
  bool privileged_;
  // Opened by join(): later, with root's --userns, the paths cannot be reached.
  mutable std::vector<std::pair<Hierarchy, Fd>> opened_;
};

// [parent] The groups of a container that another process owns. The destructor keeps them.
class RunningGroups {
 public:
  explicit RunningGroups(const std::string& id);

  const std::vector<GroupDirectory>& all() const { return groups_; }

  // As Cgroup's.
  void join() const;
  int fd() const;

  // Applies the limits in which `after` differs from `before`, the limits in force.
  // Throws Failure if no group can hold a limit; system_error if the kernel refuses one: then the
  // old limits are in force.
  void change(const ContainerLimits& before, const ContainerLimits& after);

  // Freezes all processes, also those that join later, or thaws them. Waits until all are frozen.
  // Throws Failure if the container has no freezer group, or if it takes more than 10 s.
  void freeze(bool frozen) const;
  bool is_frozen() const;  // false without a freezer group

  // Resumes the processes without waiting: in v1 trees SIGKILL does not end a frozen process.
  void thaw() const;

 private:
  void spread_to(const Hierarchy& hierarchy);

  std::string id_;
  std::vector<GroupDirectory> groups_;
};

// Freezes container `id`, or resumes it, and records nothing: see RunningGroups::freeze().
void freeze_container(const std::string& id, bool frozen);

// [parent] Keeps all processes of container `id` frozen as long as this object lives.
class Standstill {
 public:
  // `set`: freeze_container(), or set_paused() (stopping.hpp), which also records it. Throws as
  // `set` does.
  Standstill(const std::string& id, void (*set)(const std::string& id, bool frozen));

  // Resumes the container. Warns if it stays frozen; it may have ended or been resumed meanwhile.
  ~Standstill();
  Standstill(const Standstill&) = delete;

 private:
  std::string id_;
  void (*set_)(const std::string& id, bool frozen);
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_GROUPS_HPP_
