#include "07-unionfs/resources/oci_groups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// Marks a parent group as made here: others, with the limits of a pod or of a user, stay even when
// they are empty. (xattr(7); all cgroup file systems keep trusted attributes)
constexpr char kMark[] = "trusted.stepbox";

std::string oci_group_path(const std::string& cgroups_path, const std::string& id) {
  const std::string place = join({"config.json: linux.cgroupsPath: '", cgroups_path, "'"});
  if (cgroups_path.find(':') != std::string::npos) {
    throw Failure(place + " is systemd's slice:prefix:name", "it needs --systemd-cgroup");
  }
  const bool absolute = cgroups_path.starts_with('/');
  std::string path = absolute ? "" : "/stepbox-oci";
  for (const std::string& part : split(cgroups_path.empty() ? id : cgroups_path, '/')) {
    if (part == "..") throw Failure(place + " leads out of the parent group");
    if (!part.empty() && part != ".") path += "/" + part;
  }
  if (path == (absolute ? "" : "/stepbox-oci")) throw Failure(place + " names no group");
  return path;
}

bool is_root_of_host() {
  const std::vector<std::string> map = words_in(split(read_file("/proc/self/uid_map"), '\n')[0]);
  return ::geteuid() == 0 && map.size() == 3 && map[2] == "4294967295";
}

// Makes one directory, if it is missing. False if its parent has just been removed: by another
// container, the last one that was in it.
static bool make_one(const Hierarchy& tree, const std::string& parent, const std::string& path,
                     bool is_parent) {
  if (::mkdir(path.c_str(), 0755) == 0) {
    // Only root can; without it the group stays.
    if (is_parent) ::setxattr(path.c_str(), kMark, "", 0, 0);
  } else if (errno != EEXIST) {
    if (errno == ENOENT) return false;
    throw_errno({"make cgroup ", path});
  }
  if (tree.has("cpuset") && !tree.v2) inherit_cpuset(parent, path);
  return true;
}

static void make_in(const Hierarchy& tree, const std::string& path) {
  const bool made = wait_until(5, [&] {
    std::string directory = tree.base;
    for (const std::string& name : split(path.substr(1), '/')) {
      const std::string parent = directory;
      directory += "/" + name;
      if (!make_one(tree, parent, directory, directory != tree.base + path)) return false;
    }
    return true;
  });
  if (!made) throw_errno({"make cgroup ", tree.base, path}, ENOENT);
}

static std::optional<GroupDirectory> find_in(const Hierarchy& tree, const std::string& path) {
  const std::string whole = tree.base + path;
  Fd directory(::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (const int error = errno; !directory) {
    if (error == ENOENT || !exists(whole)) return std::nullopt;
    throw_errno({"open ", whole}, error);
  }
  Hierarchy own = tree;
  if (tree.v2) {
    own.controllers = words_in(split(read_file(whole + "/cgroup.controllers"), '\n')[0]);
  }
  return GroupDirectory(own, whole, std::move(directory));
}

static bool is_denied(const std::system_error& error) {
  return error.code() == std::errc::permission_denied ||
         error.code() == std::errc::operation_not_permitted ||
         error.code() == std::errc::read_only_file_system;
}

static void enable_all(const Hierarchy& tree, const std::string& path) {
  const std::string whole = tree.base + path;
  enable_controllers(tree.base, whole.substr(0, whole.rfind('/')), tree.controllers);
}

std::vector<GroupDirectory> make_oci_groups(const std::string& path, bool must) {
  std::vector<GroupDirectory> groups;
  for (const Hierarchy& tree : all_hierarchies()) {
    try {
      make_in(tree, path);
      if (tree.v2) enable_all(tree, path);
    } catch (const std::system_error& error) {
      if (must || !is_denied(error)) throw;
    } catch (const Failure&) {
      if (must) throw;  // processes live in the parent: the group has no controllers
    }
    if (auto group = find_in(tree, path)) groups.push_back(std::move(*group));
  }
  if (must && groups.empty()) {
    throw Failure(join({"make cgroup ", path, ": no cgroup tree that we may write to"}),
                  "be root, or mount the cgroup file systems (cgroups(7))");
  }
  return groups;
}

template <class Wanted>
static std::vector<GroupDirectory> open_groups(const std::string& path, Wanted wanted) {
  std::vector<GroupDirectory> groups;
  if (path.empty()) return groups;
  for (const Hierarchy& tree : all_hierarchies()) {
    if (!wanted(tree)) continue;
    if (auto group = find_in(tree, path)) groups.push_back(std::move(*group));
  }
  return groups;
}

std::vector<GroupDirectory> open_oci_groups(const std::string& path) {
  return open_groups(path, [](const Hierarchy&) { return true; });
}

std::vector<GroupDirectory> open_oci_freezers(const std::string& path) {
  return open_groups(path, [](const Hierarchy& tree) { return tree.v2 || tree.has("freezer"); });
}

int group_to_start_in(const std::vector<GroupDirectory>& groups) {
  for (const GroupDirectory& group : groups) {
    if (group.hierarchy().v2) return group.fd();
  }
  return -1;
}

void join_groups(const std::vector<GroupDirectory>& groups, bool in_group) {
  for (const GroupDirectory& group : groups) {
    if (!in_group || !group.hierarchy().v2) group.join();
  }
}

// Those below our own one need no mark: kill -9 of create may have come before it.
static void remove_parents(const std::string& base, std::string path) {
  const bool ours = path.starts_with(base + "/stepbox-oci/");
  while ((path.resize(path.rfind('/')), path.size() > base.size())) {
    if (!ours && ::getxattr(path.c_str(), kMark, nullptr, 0) == -1) return;
    if (::rmdir(path.c_str()) == 0) continue;
    for (const int others : {EBUSY, ENOTEMPTY, ENOENT, EACCES, EROFS}) {  // it is, or was, theirs
      if (errno == others) return;
    }
    throw_errno({"rmdir ", path});
  }
}

std::vector<std::string> remove_oci_groups(const std::string& path) {
  std::vector<std::string> left;
  if (path.empty()) return left;  // it would mean the trees' bases, with all processes of the host
  std::vector<Hierarchy> trees = all_hierarchies();
  // A frozen v1 process ends only after it is thawed, so that tree is emptied first.
  std::stable_partition(trees.begin(), trees.end(),
                        [](const Hierarchy& tree) { return tree.has("freezer"); });
  for (const Hierarchy& tree : trees) {
    const std::string whole = tree.base + path;
    if (::rmdir(whole.c_str()) == -1 && errno != ENOENT) {
      remove_group(whole);
      if (exists(whole)) left.push_back(whole);
    }
    remove_parents(tree.base, whole);
  }
  return left;
}

// A group may vanish meanwhile, or be a threaded one, whose file cannot be read (cgroups(7)).
static void add_members(const std::string& path, std::set<pid_t>& members) {
  try {
    for (const std::string& pid : split(read_file(path + "/cgroup.procs"), '\n')) {
      // 0: a process of another PID namespace, which has no number here.
      if (!pid.empty() && pid != "0") members.insert(std::stoi(pid));
    }
  } catch (const std::system_error&) {
  }
  for (const std::string& name : subdirectories_of(path)) add_members(path + "/" + name, members);
}

std::vector<pid_t> oci_group_members(const std::vector<GroupDirectory>& groups) {
  std::set<pid_t> members;
  for (const GroupDirectory& group : groups) add_members(group.path(), members);
  return {members.begin(), members.end()};
}

}  // namespace stepbox
