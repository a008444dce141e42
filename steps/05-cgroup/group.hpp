// Step 5. One group in one tree; what differs between v1 and v2 is in cgroup_v1.cpp, cgroup_v2.cpp.
#ifndef STEPBOX_STEPS_05_CGROUP_GROUP_HPP_
#define STEPBOX_STEPS_05_CGROUP_GROUP_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

struct Limits;

// A tree of cgroups that is mounted here, and the controllers of it that we want.
struct Hierarchy {
  bool v2 = false;
  std::string base;  // the directory that our groups are made in, as stepbox/<id>
  std::vector<std::string> controllers;
  bool has(const char* controller) const;
};

// What can stop all processes of a group: a controller of v1, in v2 a part of every group.
constexpr char kFreezer[] = "freezer";

// The hierarchies that have these controllers: v1 where the controller is mounted as such, else v2.
// Read from /proc/self/mountinfo and cgroup.controllers, never from a fixed path.
// Throws Failure for a controller that is nowhere.
std::vector<Hierarchy> find_hierarchies(const std::vector<std::string>& controllers);

// Whether there is such a hierarchy, and we may make groups in it.
bool is_usable(const char* controller);

// The words of a file that is one line of them: cgroup.controllers, cgroup.subtree_control.
// Throws system_error.
std::vector<std::string> read_words(const std::string& path);
bool contains(const std::vector<std::string>& words, const std::string& word);

// What was used, over the lifetime of a group. -1: this host does not say.
struct Usage {
  int64_t cpu_us = -1;
  int64_t throttled_us = -1;
  int64_t memory_peak = -1;  // bytes
  int64_t oom_kills = -1;
};

// A directory `stepbox/<id>` of a hierarchy. Its owner holds a lock on it (flock(2)) as long as it
// lives: a container's groups, if all of them can be locked, are litter.
class Group {
 public:
  // Makes it, and its parent `stepbox`. Throws system_error.
  Group(const Hierarchy& hierarchy, const std::string& id);

  // Somebody else's, open already as `directory`.
  Group(const Hierarchy& hierarchy, const std::string& path, Fd directory);

  // If it is ours: kills the members, and removes the directory with all that is below it.
  ~Group();
  Group(Group&& other) noexcept = default;

  const Hierarchy& hierarchy() const { return hierarchy_; }
  int fd() const { return directory_.get(); }
  const std::string& path() const { return path_; }
  bool has(const char* controller) const;

  // Who holds another group of the same container removes this one too.
  void leave() { owned_ = false; }
  void own() { owned_ = true; }

  // What is frozen is not killed, on v1, before it thaws. Does nothing where nothing freezes.
  void thaw() const;

  // Inside: the caller becomes a member.
  void join() const;

  // Sets the file `name` of the group, `cpu.max` for one; says so under --explain.
  void set(const char* name, const std::string& value) const;
  std::string get(const char* name) const;
  bool offers(const char* name) const;

  // The number behind `key` in a file of lines "key number", -1 if it is not there.
  int64_t get_number(const char* name, const char* key) const;

 private:
  std::string file(const char* name) const { return path_ + "/" + name; }

  Hierarchy hierarchy_;
  std::string path_;
  Fd directory_;       // -1: moved from
  bool owned_ = true;  // then directory_ holds the lock
};

// The groups `stepbox/<id>` that somebody else has made, in whatever trees. They are left as they
// are.
std::vector<Group> find_groups(const std::string& id);

// Removes the groups, in whatever tree, that nobody has locked: their owner was killed. Says what
// cannot be removed; that is no reason not to start.
void remove_dead_groups();

// The controllers that these limits call for.
std::vector<std::string> wanted_controllers(const Limits& limits);

// Set in this group what differs between the limits that are in force and `wanted`. Throw
// system_error.
void set_limits(const Group& group, const Limits& current, const Limits& wanted);
void set_limits_v1(const Group& group, const Limits& current, const Limits& wanted);
void set_limits_v2(const Group& group, const Limits& current, const Limits& wanted);

// Adds what this group knows to `usage`.
void add_usage_v1(const Group& group, Usage& usage);
void add_usage_v2(const Group& group, Usage& usage);

// Gives `controllers` to the groups below `base`, and so on down to those below `directory`. (Those
// above `base` have done so: or it would not have the controllers.)
void enable_controllers_v2(const std::string& base, const std::string& directory,
                           const std::vector<std::string>& controllers);

// The topmost directory of the v2 tree that we may make groups in: the root of the mount, or for
// an ordinary user the part that was delegated to him. Empty if there is none.
std::string find_base_v2(const std::string& mount);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_GROUP_HPP_
