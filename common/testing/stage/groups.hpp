// The cgroups of a stage: <mount of each hierarchy>/stepbox/stage-<id>, limited, with the processes
// of the harness in a group `harness` beside those that the subject makes. Each mounted hierarchy
// is handled by itself, so v1, v2 and hybrid hosts are the same.
//
// "Outside" is the machine: the keeper (harness/cell.cpp). "Inside" is the stage.
#ifndef STEPBOX_COMMON_TESTING_STAGE_GROUPS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_GROUPS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

// One mounted hierarchy.
struct CgroupTree {
  std::string mount;        // /sys/fs/cgroup/memory
  std::string controllers;  // as mount(2) wants them: "cpu,cpuacct", "name=systemd"; v2: empty
  bool v2 = false;
};

std::vector<CgroupTree> mounted_hierarchies();

// Whether a mounted hierarchy has the controller: "cpu", "memory", "pids".
bool has_controller(const std::string& name);

// The root of the v2 tree, if it has the controllers; empty if v1 has them.
std::string v2_with_controllers();

// Outside. The keeper makes the groups; the destructor removes them.
class StageGroups {
 public:
  // Throws system_error when a group cannot be made: not root, cgroups mounted read-only; Failure
  // when another stage has the `id`. A pid is no `id`: processes of two PID namespaces may have the
  // same one, and share the cgroups.
  explicit StageGroups(const std::string& id);
  StageGroups(const StageGroups&) = delete;
  StageGroups& operator=(const StageGroups&) = delete;
  ~StageGroups();

  // In process 1 of the stage, before unshare(CLONE_NEWCGROUP), which makes these groups the roots.
  void join() const;
  // After it, in the stage's mount namespace: mounts each hierarchy again, so that its root is the
  // stage's group, and moves the process to the group `harness`.
  void remount_inside() const;
  // Outside, when the stage is killed: in v1 KILL takes effect only when a frozen process is
  // thawed.
  void thaw() const;

 private:
  bool try_to_make(const CgroupTree& hierarchy);
  void make(const CgroupTree& hierarchy);
  void remove();

  std::vector<CgroupTree> hierarchies_;
  std::string name_;  // stepbox/stage-<id>
  struct Ours {
    std::string mount;
    Fd lock;  // on the group, until it is removed
  };
  std::vector<Ours> ours_;
};

// Inside: the paths of all groups but `harness`.
std::vector<std::string> groups_of_stage();

// Inside: delegates a part of the v2 tree to `user`, as systemd does: the user owns
// user@UID.service, may make groups below it, and cannot move processes out of it. Returns the path
// of a group in it for the user's processes; empty if v1 has the controllers. StageGroups removes
// it.
std::string delegate_groups(uid_t user);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_GROUPS_HPP_
