#include "05-cgroup/group.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "03-mount/mountinfo.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<std::string> read_words(const std::string& path) {
  std::string line = read_file(path);
  if (!line.empty()) line.pop_back();  // its end
  return split(line, ' ');
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// All trees that are mounted, if we may make groups in them, v1's first, with the controllers that
// they have for us: an ordinary user may have been given some, not all.
// LAB: trees
static std::vector<Hierarchy> all_hierarchies() {
  std::vector<Hierarchy> found;
  for (const MountEntry& entry : read_mountinfo()) {
    if (entry.type == "cgroup") found.push_back({false, entry.target, split(entry.options, ',')});
    if (entry.type != "cgroup2") continue;
    const std::string base = find_base_v2(entry.target);
    if (!base.empty()) found.push_back({true, base, read_words(base + "/cgroup.controllers")});
  }
  std::stable_partition(found.begin(), found.end(), [](const Hierarchy& tree) { return !tree.v2; });
  return found;
}

// They stay where they are: read once.
static const std::vector<Hierarchy>& hierarchies() {
  static const std::vector<Hierarchy> found = all_hierarchies();
  return found;
}

// Every group of v2 can be frozen: that is no controller there.
static bool serves(const Hierarchy& hierarchy, const std::string& controller) {
  return contains(hierarchy.controllers, controller) || (hierarchy.v2 && controller == kFreezer);
}

constexpr char kWithout[] = "be root, or run without limits: --cpus 0 --memory 0 --pids-limit 0";

std::vector<Hierarchy> find_hierarchies(const std::vector<std::string>& controllers) {
  const std::vector<Hierarchy>& all = hierarchies();
  std::vector<Hierarchy> found;
  for (const std::string& controller : controllers) {
    const auto tree = std::find_if(all.begin(), all.end(), [&](const Hierarchy& hierarchy) {
      return serves(hierarchy, controller);
    });
    if (tree == all.end()) {
      if (controller == "cpuacct") continue;  // v1's; in v2 every group counts CPU time
      throw Failure(join({"no cgroup controller '", controller, "' on this host, or none for us"}),
                    kWithout);
    }
    const auto known = std::find_if(found.begin(), found.end(), [&](const Hierarchy& other) {
      return other.base == tree->base;
    });
    if (known != found.end()) {
      known->controllers.push_back(controller);
    } else {
      found.push_back({tree->v2, tree->base, {controller}});
    }
  }
  return found;
}

bool is_usable(const char* controller) {
  try {
    return ::access(find_hierarchies({controller})[0].base.c_str(), W_OK) == 0;
  } catch (const Failure&) {
    return false;
  }
}

// A v1 cpuset takes no process before it has CPUs and memory nodes: the same as its parent.
static void inherit_cpuset(const std::string& parent, const std::string& path) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    if (exists(path + file) && read_file(path + file) == "\n") {
      write_file(path + file, read_file(parent + file));
    }
  }
}

// The path of group `id`, whose parent is there.
static std::string path_for(const Hierarchy& hierarchy, const std::string& id) {
  const std::string parent = hierarchy.base + "/stepbox";
  // 0700: no other user gets near the locks below.
  if (::mkdir(parent.c_str(), 0700) == -1 && errno != EEXIST) {
    if (errno != EACCES && errno != EPERM && errno != EROFS) throw_errno({"make cgroup ", parent});
    throw Failure(join({"make cgroup ", parent, ": ", std::generic_category().message(errno)}),
                  kWithout);
  }
  if (hierarchy.v2) enable_controllers_v2(hierarchy.base, parent, hierarchy.controllers);
  if (hierarchy.has("cpuset") && !hierarchy.v2) inherit_cpuset(hierarchy.base, parent);
  return parent + "/" + id;
}

// Makes the directory and locks it. Between the two somebody may take it for litter, and remove
// it: then it is made again.
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
  ::rmdir(path.c_str());
  throw Failure(join({"lock cgroup ", path, ": somebody else holds it"}));
}

Group::Group(const Hierarchy& hierarchy, const std::string& id)
    : hierarchy_(hierarchy),
      path_(path_for(hierarchy, id)),
      directory_(make_locked_directory(path_)) {
  if (hierarchy.has("cpuset") && !hierarchy.v2) inherit_cpuset(hierarchy.base + "/stepbox", path_);
}

Group::Group(const Hierarchy& hierarchy, const std::string& path, Fd directory)
    : hierarchy_(hierarchy), path_(path), directory_(std::move(directory)), owned_(false) {}

std::vector<Group> find_groups(const std::string& id) {
  std::vector<Group> groups;
  for (const Hierarchy& hierarchy : hierarchies()) {
    const std::string path = hierarchy.base + "/stepbox/" + id;
    Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) groups.emplace_back(hierarchy, path, std::move(directory));
  }
  return groups;
}

bool Hierarchy::has(const char* controller) const { return contains(controllers, controller); }

bool Group::has(const char* controller) const { return hierarchy_.has(controller); }

void Group::join() const {
  // v1: `tasks` takes this one thread. `cgroup.procs` would wait until nobody is forking.
  set(hierarchy_.v2 ? "cgroup.procs" : "tasks", "0");
}

void Group::set(const char* name, const std::string& value) const {
  explain({"echo ", quoted(value), " > ", quoted(file(name))});
  write_file(file(name), value);
}

std::string Group::get(const char* name) const { return read_file(file(name)); }

bool Group::offers(const char* name) const { return exists(file(name)); }

int64_t Group::get_number(const char* name, const char* key) const {
  for (const std::string& line : split(get(name), '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() == 2 && words[0] == key) return parse_number(words[1]).value_or(-1);
  }
  return -1;
}

// The names of the groups right below `path`.
static std::vector<std::string> groups_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  while (const dirent* entry = directory ? ::readdir(directory) : nullptr) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.push_back(entry->d_name);
  }
  if (directory) ::closedir(directory);
  return names;
}

static void thaw(const std::string& path) {
  if (exists(path + "/freezer.state")) write_file(path + "/freezer.state", "THAWED");
}

static void kill_members(const std::string& path) {
  thaw(path);
  if (exists(path + "/cgroup.kill")) return write_file(path + "/cgroup.kill", "1");  // v2, 5.14
  for (const std::string& pid : split(read_file(path + "/cgroup.procs"), '\n')) {
    if (!pid.empty() && pid != "0") ::kill(std::stoi(pid), SIGKILL);
  }
}

// Removes a group, with those that a container's root user may have made in it.
static void remove_group(const std::string& path) {
  explain({"rmdir ", quoted(path)});
  const bool removed = wait_until(5, [&] {
    if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return true;
    if (errno != EBUSY && errno != ENOTEMPTY) throw_errno({"rmdir ", path});
    for (const std::string& name : groups_in(path)) remove_group(path + "/" + name);
    kill_members(path);
    return false;  // a killed process needs a moment
  });
  if (!removed) throw_errno({"rmdir ", path, " after 5 s"}, EBUSY);
}

static void remove_or_warn(const std::string& path) {
  try {
    remove_group(path);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

void Group::thaw() const { stepbox::thaw(path_); }

Group::~Group() {
  if (directory_ && owned_) remove_or_warn(path_);
}

// A container lives as long as one of its groups is locked: `update` may have made others.
static void remove_if_dead(const std::vector<std::string>& paths) {
  std::vector<Fd> locks;
  for (const std::string& path : paths) {
    locks.emplace_back(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!locks.back() || !try_lock(locks.back(), path)) return;
  }
  for (const std::string& path : paths) thaw(path);
  for (const std::string& path : paths) remove_or_warn(path);
}

void remove_dead_groups() {
  std::map<std::string, std::vector<std::string>> groups;  // paths, by id
  for (const Hierarchy& hierarchy : hierarchies()) {
    const std::string parent = hierarchy.base + "/stepbox";
    for (const std::string& name : groups_in(parent)) {
      if (is_id(name)) groups[name].push_back(parent + "/" + name);
    }
  }
  for (const auto& [id, paths] : groups) remove_if_dead(paths);
}

}  // namespace stepbox
