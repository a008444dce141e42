#include "05-cgroup/group.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <map>

#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

GroupDirectory::GroupDirectory(const Hierarchy& hierarchy, const std::string& path, Fd directory)
    : hierarchy_(hierarchy), path_(path), directory_(std::move(directory)) {}

// Without arguments clone3(2) fails with EINVAL; hidden by a seccomp filter, with ENOSYS or EPERM.
static bool has_clone3() { return ::syscall(SYS_clone3, nullptr, 0) == -1 && errno == EINVAL; }

int GroupDirectory::fd() const { return hierarchy_.v2 && has_clone3() ? directory_.get() : -1; }

void GroupDirectory::join() const {
  // 0 stands for the writer. v1: `tasks` moves one thread at once; `cgroup.procs` first waits about
  // 10 ms, for an RCU grace period, until no thread of the process is forking.
  set(hierarchy_.v2 ? "cgroup.procs" : "tasks", "0");
}

void GroupDirectory::set(const char* name, const std::string& value) const {
  explain({"echo ", quoted(value), " > ", quoted(file(name))});
  write_file(file(name), value);
}

std::string GroupDirectory::get(const char* name) const { return read_file(file(name)); }

bool GroupDirectory::offers(const char* name) const { return exists(file(name)); }

int64_t GroupDirectory::get_number(const char* name) const {
  const std::string text = split(get(name), '\n')[0];
  const auto number = parse_number(text);
  if (!number) throw Failure(stepbox::join({"read ", file(name), ": '", text, "' is no number"}));
  return *number;
}

int64_t GroupDirectory::get_number(const char* name, const char* key) const {
  for (const std::string& line : split(get(name), '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() == 2 && words[0] == key) return parse_number(words[1]).value_or(-1);
  }
  return -1;
}

std::string group_path(const Hierarchy& hierarchy, const std::string& id) {
  return hierarchy.base + "/stepbox/" + id;
}

void inherit_cpuset(const std::string& parent, const std::string& path) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    if (exists(path + file) && read_file(path + file) == "\n") {
      write_file(path + file, read_file(parent + file));
    }
  }
}

// Makes the parent of all groups in this tree.
static void make_parent(const Hierarchy& hierarchy, const std::string& parent) {
  // 0700: no other user can reach the directories below, and lock them.
  if (::mkdir(parent.c_str(), 0700) == -1 && errno != EEXIST) {
    if (errno != EACCES && errno != EPERM && errno != EROFS) throw_errno({"make cgroup ", parent});
    throw Failure(join({"make cgroup ", parent, ": ", std::generic_category().message(errno)}),
                  kWithoutLimits);
  }
  if (hierarchy.v2) enable_controllers(hierarchy.base, parent, hierarchy.controllers);
  if (hierarchy.has("cpuset") && !hierarchy.v2) inherit_cpuset(hierarchy.base, parent);
}

// Between mkdir and lock another start may take the directory for a dead container's, and remove
// it: then both are tried again.
static Fd make_locked_directory(const std::string& path) {
  explain({"mkdir ", quoted(path)});
  Fd directory;
  const bool locked = wait_until(10, [&] {
    if (::mkdir(path.c_str(), 0755) == -1 && errno != EEXIST) throw_errno({"make cgroup ", path});
    directory = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory && errno != ENOENT) throw_errno({"open cgroup ", path});
    return directory && try_lock(directory, path);
  });
  if (locked) return directory;
  throw Failure(join({"lock cgroup ", path, ": held by another process for 10 s"}));
}

GroupDirectory make_group(const Hierarchy& hierarchy, const std::string& id) {
  const std::string parent = hierarchy.base + "/stepbox";
  const std::string path = group_path(hierarchy, id);
  make_parent(hierarchy, parent);
  GroupDirectory group(hierarchy, path, make_locked_directory(path));
  if (hierarchy.has("cpuset") && !hierarchy.v2) inherit_cpuset(parent, path);
  return group;
}

Group::Group(const Hierarchy& hierarchy, const std::string& id)
    : GroupDirectory(make_group(hierarchy, id)) {}

// In a v1 tree KILL takes effect when the process is thawed, not before.
static void thaw(const std::string& path) {
  if (exists(path + "/freezer.state")) write_file(path + "/freezer.state", "THAWED");
}

static void kill_members(const std::string& path) {
  thaw(path);
  if (exists(path + "/cgroup.kill")) return write_file(path + "/cgroup.kill", "1");  // v2, 5.14
  for (const std::string& pid : split(read_file(path + "/cgroup.procs"), '\n')) {
    // 0: a process of another PID namespace, which has no number here.
    if (!pid.empty() && pid != "0") ::kill(std::stoi(pid), SIGKILL);
  }
}

// rmdir(2) takes a group whose files are still there, but not one with members (EBUSY), or with
// groups below it, which the container's root user may have made (ENOTEMPTY).
static void remove_tree_of(const std::string& path) {
  if (!exists(path)) return;
  explain({"rmdir ", quoted(path)});
  const bool removed = wait_until(5, [&] {
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return true;
    if (errno != EBUSY && errno != ENOTEMPTY) throw_errno({"rmdir ", path});
    kill_members(path);  // first: groups below a frozen one are frozen with it (v1)
    for (const std::string& name : subdirectories_of(path)) remove_tree_of(path + "/" + name);
    return false;  // a killed process stays a member until it has ended
  });
  if (!removed) throw_errno({"rmdir ", path, " after 5 s"}, EBUSY);
}

void remove_group(const std::string& path) {
  try {
    remove_tree_of(path);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

Group::~Group() {
  if (is_open()) remove_group(path());  // otherwise it was moved from
}

// `paths`: the groups of one container. One lock is enough to show that it lives.
static void remove_if_dead(const std::vector<std::string>& paths) {
  std::vector<Fd> locks;
  for (const std::string& path : paths) {
    locks.emplace_back(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!locks.back() || !try_lock(locks.back(), path)) return;
  }
  for (const std::string& path : paths) thaw(path);  // all, before the first is to be empty
  for (const std::string& path : paths) remove_group(path);
}

void remove_dead_groups() {
  std::map<std::string, std::vector<std::string>> groups;  // paths, by id
  for (const Hierarchy& hierarchy : all_hierarchies()) {
    for (const std::string& name : subdirectories_of(hierarchy.base + "/stepbox")) {
      if (is_id(name)) groups[name].push_back(group_path(hierarchy, name));
    }
  }
  for (const auto& [id, paths] : groups) remove_if_dead(paths);
}

}  // namespace stepbox
