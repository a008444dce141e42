#include "common/testing/stage/groups.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {
namespace {

constexpr const char* kLeaf = "/harness";

// The options that name the hierarchy: "rw,xattr,name=systemd" -> "name=systemd".
std::string names_of(const std::string& options) {
  std::string names;
  std::istringstream stream(options);
  for (std::string word; std::getline(stream, word, ',');) {
    if (word == "rw" || word == "ro" || word == "xattr" || word == "noprefix" ||
        word == "clone_children" || word.starts_with("release_agent=")) {
      continue;
    }
    names += (names.empty() ? "" : ",") + word;
  }
  return names;
}

void write_if_there(const std::string& path, std::string_view text) {
  if (exists(path)) write_file(path, text);
}

// A v1 cpuset takes no process before it has CPUs and memory nodes. (cpuset(7))
void inherit_cpuset(const std::string& parent, const std::string& group) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    if (exists(group + file)) write_file(group + file, read_file(parent + file));
  }
}

// True if the group exists now; false if another stage has just removed its parent.
bool make_group(const CgroupTree& hierarchy, const std::string& parent, const std::string& group) {
  if (::mkdir(group.c_str(), 0755) == -1 && errno != EEXIST) {
    if (errno == ENOENT) return false;
    throw_errno({"mkdir ", group});
  }
  if (!hierarchy.v2) inherit_cpuset(parent, group);
  return true;
}

// v2: a group has a controller only if each group above enables it in cgroup.subtree_control.
void hand_on_controllers(const std::string& group) {
  for (const char* controller : {"+cpu", "+cpuset", "+io", "+memory", "+pids"}) {
    const std::string name = controller + 1;
    const std::string available = read_file(group + "/cgroup.controllers");
    if (available.find(name) == std::string::npos) continue;
    write_file(group + "/cgroup.subtree_control", controller);
  }
}

void cap(const std::string& group) {
  constexpr std::string_view kMemory = "2147483648";
  constexpr std::string_view kPids = "2000";
  write_if_there(group + "/memory.limit_in_bytes", kMemory);
  write_if_there(group + "/memory.max", kMemory);
  write_if_there(group + "/pids.max", kPids);
}

std::vector<std::string> children_of(const std::string& group) {
  std::vector<std::string> children;
  DIR* directory = ::opendir(group.c_str());
  if (!directory) return children;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    children.push_back(group + "/" + entry->d_name);
  }
  ::closedir(directory);
  return children;
}

bool remove_tree(const std::string& group) {
  for (const std::string& child : children_of(group)) remove_tree(child);
  return ::rmdir(group.c_str()) == 0 || errno == ENOENT;
}

void collect(const std::string& group, std::vector<std::string>& found) {
  for (const std::string& child : children_of(group)) {
    found.push_back(child);
    collect(child, found);
  }
}

}  // namespace

std::vector<CgroupTree> mounted_hierarchies() {
  std::vector<CgroupTree> found;
  std::istringstream lines(read_file("/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream before(line);
    std::string skipped;
    std::string mount;
    before >> skipped >> skipped >> skipped >> skipped >> mount;
    std::istringstream after(line.substr(line.find(" - ") + 3));
    std::string type;
    std::string options;
    after >> type >> skipped >> options;
    if (type == "cgroup2") found.push_back({.mount = mount, .controllers = "", .v2 = true});
    if (type == "cgroup") {
      found.push_back({.mount = mount, .controllers = names_of(options), .v2 = false});
    }
  }
  return found;
}

bool has_controller(const std::string& name) {
  for (const CgroupTree& hierarchy : mounted_hierarchies()) {
    const std::string there =
        hierarchy.v2 ? read_file(hierarchy.mount + "/cgroup.controllers") : hierarchy.controllers;
    if (there.find(name) != there.npos) return true;
  }
  return false;
}

std::string v2_with_controllers() {
  for (const CgroupTree& hierarchy : mounted_hierarchies()) {
    if (!hierarchy.v2) continue;
    const std::string there = read_file(hierarchy.mount + "/cgroup.controllers");
    if (there.find("pids") != there.npos) return hierarchy.mount;
  }
  return "";
}

StageGroups::StageGroups(const std::string& id)
    : hierarchies_(mounted_hierarchies()), name_("/stepbox/stage-" + id) {
  try {
    for (const CgroupTree& hierarchy : hierarchies_) make(hierarchy);
  } catch (...) {
    remove();  // the groups that exist already
    throw;
  }
}

StageGroups::~StageGroups() { remove(); }

bool StageGroups::try_to_make(const CgroupTree& hierarchy) {
  const std::string shared = hierarchy.mount + "/stepbox";
  const std::string group = hierarchy.mount + name_;
  if (!make_group(hierarchy, hierarchy.mount, shared)) return false;
  if (hierarchy.v2) hand_on_controllers(hierarchy.mount);
  if (hierarchy.v2) hand_on_controllers(shared);
  if (!make_group(hierarchy, shared, group)) return false;
  Fd directory(::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || !try_lock(directory, group)) return false;
  ours_.push_back({hierarchy.mount, std::move(directory)});
  cap(group);
  make_group(hierarchy, group, group + kLeaf);
  return true;
}

// A race: another stage may remove the directory `stepbox` while it is still empty. Then both
// directories are made again.
void StageGroups::make(const CgroupTree& hierarchy) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    try {
      if (try_to_make(hierarchy)) return;
    } catch (const std::system_error& error) {
      const int code = error.code().value();
      if (code != ENOENT && code != ENODEV) throw;
    }
  }
  throw Failure(stepbox::join({"cannot make ", hierarchy.mount, name_}));
}

// Removes only groups that this object has locked: one of the same name may belong to another
// stage, and rmdir(2) removes it while it is empty.
void StageGroups::remove() {
  for (const Ours& ours : ours_) {
    // All processes are killed, but each stays a member until it has ended.
    const std::string group = ours.mount + name_;
    for (int attempt = 0; !remove_tree(group); ++attempt) {
      if (attempt == 1000) {
        warn({"cannot remove ", group});
        break;
      }
      const timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
      ::nanosleep(&pause, nullptr);
    }
    ::rmdir((ours.mount + "/stepbox").c_str());  // fails unless this stage is the last one
  }
}

void StageGroups::join() const {
  for (const CgroupTree& hierarchy : hierarchies_) {
    write_file(hierarchy.mount + name_ + (hierarchy.v2 ? "/cgroup.procs" : "/tasks"), "0");
  }
}

void StageGroups::remount_inside() const {
  for (const CgroupTree& hierarchy : hierarchies_) {
    const char* where = hierarchy.mount.c_str();
    if (::umount2(where, MNT_DETACH) == -1) throw_errno({"umount ", where});
    const char* type = hierarchy.v2 ? "cgroup2" : "cgroup";
    if (::mount("cgroup", where, type, MS_NOSUID | MS_NODEV | MS_NOEXEC,
                hierarchy.controllers.c_str()) == -1) {
      throw_errno({"mount ", where});
    }
    write_file(hierarchy.mount + kLeaf + (hierarchy.v2 ? "/cgroup.procs" : "/tasks"), "0");
  }
}

void StageGroups::thaw() const {
  std::vector<std::string> found;
  for (const CgroupTree& hierarchy : hierarchies_) collect(hierarchy.mount + name_, found);
  for (const std::string& group : found) {
    const std::string state = group + "/freezer.state";
    if (exists(state)) write_file(state, "THAWED");
  }
}

std::vector<std::string> groups_of_stage() {
  std::vector<std::string> found;
  for (const CgroupTree& hierarchy : mounted_hierarchies()) collect(hierarchy.mount, found);
  std::erase_if(found, [](const std::string& group) { return group.ends_with(kLeaf); });
  return found;
}

std::string delegate_groups(uid_t user) {
  const std::string root = v2_with_controllers();
  if (root.empty()) return "";
  const std::string slice = root + "/user.slice";
  const std::string his = slice + "/user@" + std::to_string(user) + ".service";
  make_directories(his + "/shell.scope");
  hand_on_controllers(root);
  hand_on_controllers(slice);
  for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control"}) {
    if (::chown((his + file).c_str(), user, user) == -1) throw_errno({"chown ", his, file});
  }
  return his + "/shell.scope";
}

}  // namespace stepbox
