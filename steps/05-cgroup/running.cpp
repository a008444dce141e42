// Step 7. The groups of a container that runs: joined, frozen and changed by who does not own them.
#include <algorithm>

#include "05-cgroup/cgroup.hpp"
#include "05-cgroup/group.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

Cgroup Cgroup::existing(const std::string& id, const Limits& limits) {
  return Cgroup(id, limits, find_groups(id));
}

// The group by which all processes are stopped: a v1 freezer's, else v2's.
const Group& Cgroup::freezer() const {
  const auto group = std::find_if(groups_.begin(), groups_.end(), [](const Group& candidate) {
    return candidate.offers("freezer.state") || candidate.offers("cgroup.freeze");
  });
  if (group != groups_.end()) return *group;
  throw Failure("the container has no cgroup that could be frozen",
                "be root, on a host with the freezer controller or cgroup v2");
}

// LAB: freeze
void Cgroup::freeze(bool frozen) const {
  const Group& group = freezer();
  const bool v1 = group.offers("freezer.state");
  const auto tell = [&](bool on) {
    group.set(v1 ? "freezer.state" : "cgroup.freeze",
              v1 ? (on ? "FROZEN" : "THAWED") : (on ? "1" : "0"));
  };
  tell(frozen);
  // Each process is stopped where that can be: not in the middle of a write to a disk.
  if (wait_until(10, [&] { return is_frozen() == frozen; })) return;
  if (frozen) tell(false);
  throw Failure(
      stepbox::join({frozen ? "freeze " : "thaw ", group.path(), ": not done within 10 s"}));
}

bool Cgroup::is_frozen() const {
  const Group& group = freezer();
  if (!group.offers("freezer.state")) return group.get_number("cgroup.events", "frozen") == 1;
  return group.get("freezer.state") == "FROZEN\n";  // FREEZING until the last one stands still
}

// While it lives, no process of the container starts another.
class Standstill {
 public:
  explicit Standstill(const Cgroup& cgroup) : cgroup_(cgroup), ours_(!cgroup.is_frozen()) {
    if (ours_) cgroup_.freeze(true);
  }
  ~Standstill() {
    try {
      if (ours_) cgroup_.freeze(false);
    } catch (const std::exception& error) {
      warn({error.what()});
    }
  }
  Standstill(const Standstill&) = delete;

 private:
  const Cgroup& cgroup_;
  bool ours_;
};

// To a tree of v1 where nothing of the container was limited so far: all its processes go.
void Cgroup::spread_to(const Hierarchy& hierarchy) {
  const Standstill standstill(*this);
  const std::vector<std::string> pids = split(freezer().get("cgroup.procs"), '\n');
  groups_.emplace_back(hierarchy, id_);
  groups_.back().leave();
  for (const std::string& pid : pids) {
    try {
      if (!pid.empty()) write_file(groups_.back().path() + "/cgroup.procs", pid);
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::no_such_process) throw;  // it ended before
    }
  }
}

static void change_limits(const std::vector<Group>& groups, const Limits& current,
                          const Limits& wanted) {
  for (const Group& group : groups) set_limits(group, current, wanted);
}

void Cgroup::change(const Limits& wanted) {
  if (groups_.empty()) {
    throw Failure("the container has no cgroup, so no limits to change",
                  "be root, or where a group is delegated to you, start it with limits");
  }
  for (const Hierarchy& hierarchy : find_hierarchies(wanted_controllers(wanted))) {
    const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
      return group.hierarchy().base == hierarchy.base;
    });
    if (hierarchy.v2) {
      enable_controllers_v2(hierarchy.base, hierarchy.base + "/stepbox", hierarchy.controllers);
    } else if (!known) {
      spread_to(hierarchy);
    }
  }
  try {
    change_limits(groups_, limits_, wanted);
  } catch (const std::exception&) {
    try {
      change_limits(groups_, wanted, limits_);
    } catch (const std::exception& error) {
      warn({error.what()});
    }
    throw;
  }
  limits_ = wanted;
}

}  // namespace stepbox
