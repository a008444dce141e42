// The cgroups of a stage: <mount of each hierarchy>/stepbox/stage-<id>, capped, with the
// harness in a leaf beside what the subject makes. Works on v1, hybrid and v2: each mounted
// hierarchy is treated by itself.
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

// The root of the v2 tree, if that has the controllers; empty where v1 has them.
std::string v2_with_controllers();

// Outside the stage: made by the keeper, removed when it goes.
class StageGroups {
 public:
  // Throws system_error when a group cannot be made: not root, cgroups mounted read-only; Failure
  // when another stage has the `id`. A pid alone will not do as one: others may be in another PID
  // namespace, and in the same cgroups.
  explicit StageGroups(const std::string& id);
  StageGroups(const StageGroups&) = delete;
  StageGroups& operator=(const StageGroups&) = delete;
  ~StageGroups();

  // In the stage's first process, before unshare(CLONE_NEWCGROUP): the groups become its roots.
  void join() const;
  // After it, in its own mount namespace: mounts each hierarchy anew, so that the stage sees
  // its own root, and moves on into the leaf.
  void remount_inside() const;
  // Outside, when the stage is killed: on v1 what is frozen does not die before it thaws.
  void thaw() const;

 private:
  bool try_to_make(const CgroupTree& hierarchy);
  void make(const CgroupTree& hierarchy);
  void remove();

  std::vector<CgroupTree> hierarchies_;
  std::string name_;  // stepbox/stage-<id>
  struct Ours {
    std::string mount;
    Fd lock;  // on the group, for as long as it is ours
  };
  std::vector<Ours> ours_;
};

// Inside: all groups but the harness's own leaf, by path.
std::vector<std::string> groups_of_stage();

// Inside: gives the user a part of the v2 tree, as systemd does: user@UID.service is his, with all
// that he makes below, and he may not leave it. Returns the group in there that his shell is in;
// empty where v1 has the controllers. It goes with the stage.
std::string delegate_groups(uid_t user);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_GROUPS_HPP_
