#include "07-unionfs/resources/group_freezing.hpp"

#include <algorithm>

#include "common/deadline.hpp"
#include "common/error.hpp"

namespace stepbox {

// v1 trees come first.
const GroupDirectory* find_freezer(const std::vector<GroupDirectory>& groups) {
  const auto group = std::find_if(groups.begin(), groups.end(), [](const auto& candidate) {
    return candidate.hierarchy().v2 ? candidate.offers("cgroup.freeze") : candidate.has("freezer");
  });
  return group == groups.end() ? nullptr : &*group;
}

static void tell(const GroupDirectory& group, bool frozen) {
  if (group.hierarchy().v2) return group.set("cgroup.freeze", frozen ? "1" : "0");
  group.set("freezer.state", frozen ? "FROZEN" : "THAWED");
}

static bool is_frozen(const GroupDirectory& group) {
  if (group.hierarchy().v2) return group.get_number("cgroup.events", "frozen") == 1;
  return group.get("freezer.state") == "FROZEN\n";  // FREEZING until the last one is stopped
}

// LAB: freeze
void freeze_groups(const std::vector<GroupDirectory>& groups, bool frozen) {
  const GroupDirectory* group = find_freezer(groups);
  if (!group) {
    throw Failure("the container has no cgroup that could be frozen",
                  "be root, on a host with the freezer controller or cgroup v2");
  }
  // The kernel stops each process where it can be stopped: not in the middle of a write to a disk.
  // v1 misses a process that begins to wait for its vfork(2) child meanwhile: the state stays
  // FREEZING until it is written again.
  const auto is_done = [&] {
    tell(*group, frozen);
    return is_frozen(*group) == frozen;
  };
  if (wait_until(10, is_done)) return;
  if (frozen) tell(*group, false);
  throw Failure(join({frozen ? "freeze " : "thaw ", group->path(), ": not done within 10 s"}));
}
// LAB: end

bool are_frozen(const std::vector<GroupDirectory>& groups) {
  const GroupDirectory* group = find_freezer(groups);
  return group && is_frozen(*group);
}

}  // namespace stepbox
