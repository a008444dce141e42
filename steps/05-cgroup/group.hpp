// Step 5. One group: a directory `stepbox/<id>` in one tree. (cgroups(7))
#ifndef STEPBOX_STEPS_05_CGROUP_GROUP_HPP_
#define STEPBOX_STEPS_05_CGROUP_GROUP_HPP_

#include <cstdint>
#include <string>

#include "05-cgroup/hierarchy.hpp"
#include "common/fd.hpp"

namespace stepbox {

// The directory of a group, of this container or another: reads and writes its files. Their names
// and formats differ between v1 and v2 (limits_v1.cpp, limits_v2.cpp).
class GroupDirectory {
 public:
  GroupDirectory(const Hierarchy& hierarchy, const std::string& path, Fd directory);

  const Hierarchy& hierarchy() const { return hierarchy_; }
  const std::string& path() const { return path_; }
  bool is_open() const { return static_cast<bool>(directory_); }
  bool has(const char* controller) const { return hierarchy_.has(controller); }

  // [parent] For SpawnSettings::cgroup_fd: clone3(2) makes the child a member. -1 where it cannot:
  // in v1 trees, and where a seccomp filter hides clone3(2).
  int fd() const;

  // [child] Makes the calling process a member.
  void join() const;

  // Writes a file of the group, such as cpu.max; says so under --explain. Throws system_error.
  void set(const char* name, const std::string& value) const;

  // Reads one. Throws system_error.
  std::string get(const char* name) const;

  // Reads a file that is one number. Throws Failure for anything else, naming file and text.
  int64_t get_number(const char* name) const;

  // The number behind `key` in a file of lines "key number", -1 if there is no such line.
  int64_t get_number(const char* name, const char* key) const;

  // Whether the group has such a file in this kernel.
  bool offers(const char* name) const;

 private:
  std::string file(const char* name) const { return path_ + "/" + name; }

  Hierarchy hierarchy_;
  std::string path_;
  Fd directory_;
};

// A group of this container. The constructor makes the directory and its parent `stepbox`, and
// locks it (flock(2)): a group without a lock belongs to a container whose owner was killed.
class Group : public GroupDirectory {
 public:
  // Throws system_error; Failure where the caller may not make groups.
  Group(const Hierarchy& hierarchy, const std::string& id);

  // Kills the members, and removes the directory with all groups below it.
  ~Group();
  Group(Group&& other) noexcept = default;
};

// The path of group `id`, whether it exists or not.
std::string group_path(const Hierarchy& hierarchy, const std::string& id);

// Makes and locks a group, as Group does; but the destructor of the result does not remove it.
GroupDirectory make_group(const Hierarchy& hierarchy, const std::string& id);

// Gives a new v1 cpuset the CPUs and memory nodes of its parent: before, it takes no process.
// (cpuset(7))
void inherit_cpuset(const std::string& parent, const std::string& path);

// Kills the members of a group, and removes it with all groups below it. No error if there is none.
// Warns about a group that cannot be removed within 5 s.
void remove_group(const std::string& path);

// Removes the groups of containers whose owner was killed: no group of theirs, in any tree, is
// locked.
void remove_dead_groups();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_GROUP_HPP_
