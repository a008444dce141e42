#include "07-unionfs/resources/container_groups.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/resources/group_freezing.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// The trees in which the container gets a group even if it has no limit there: one in which all
// processes of a container can be stopped, v1's freezer, or v2's, in which every group can be
// frozen (cgroups(7)); of --device; all for --privileged. Without those in which the caller may not
// make groups.
static std::vector<Hierarchy> unlimited_trees(const GroupOptions& options) {
  std::vector<Hierarchy> found;
  bool freezes = false, limits_devices = options.devices.empty();
  for (const Hierarchy& tree : all_hierarchies()) {
    const bool freezer = !freezes && (tree.v2 || tree.has("freezer"));
    const bool devices = !limits_devices && (tree.v2 || tree.has("devices"));
    if (!freezer && !devices && !options.privileged) continue;
    freezes |= freezer;
    limits_devices |= devices;
    if (::access(tree.base.c_str(), W_OK) == -1) continue;
    found.push_back({tree.v2, tree.base, {}});
    if (!tree.v2) found.back().controllers = tree.controllers;
  }
  return found;
}

static void set_limits(const std::string& id, const std::string& resources) {
  if (!resources.empty()) set_oci_resources(RunningGroups(id).all(), resources, "", "limits");
}

ContainerGroups::ContainerGroups(const std::string& id, const GroupOptions& options,
                                 bool& out_of_memory)
    : id_(id),
      out_of_memory_(out_of_memory),
      limited_(id, options.limits),
      privileged_(options.privileged) {
  const std::string resources = as_oci_resources(options);
  std::vector<Hierarchy> trees = find_hierarchies(other_controllers(options));
  for (Hierarchy& tree : unlimited_trees(options)) trees.push_back(std::move(tree));
  trees_ = find_hierarchies(wanted_controllers(options.limits));
  for (const Hierarchy& tree : trees) {
    if (!exists(group_path(tree, id))) {
      others_.emplace_back(tree, id);
      trees_.push_back(tree);
    } else if (tree.v2) {
      enable_controllers(tree.base, tree.base + "/stepbox", tree.controllers);
    }
  }
  set_limits(id, resources);
}

ContainerGroups::~ContainerGroups() {
  try {
    const RunningGroups groups(id_);
    groups.thaw();
    for (const GroupDirectory& group : groups.all()) remove_group(group.path());
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

void ContainerGroups::join() const {
  limited_.join();
  for (const Group& group : others_) {
    if (group.fd() == -1) group.join();
  }
  for (const Hierarchy& tree : trees_) {
    Fd directory(::open(group_path(tree, id_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (directory) opened_.emplace_back(tree, std::move(directory));
  }
}

GroupView ContainerGroups::view() const {
  GroupView view{{}, privileged_};
  for (auto& [tree, directory] : opened_) {
    const std::string path = group_path(tree, id_);
    const std::string reachable = exists(path) ? path : proc_path(directory);
    view.groups.emplace_back(tree, reachable, std::move(directory));
  }
  return view;
}

int ContainerGroups::fd() const {
  const int fd = limited_.fd();
  if (fd != -1) return fd;
  const auto v2 = std::find_if(others_.begin(), others_.end(),
                               [](const Group& group) { return group.fd() != -1; });
  return v2 == others_.end() ? -1 : v2->fd();
}

void ContainerGroups::report() {
  limited_.report();
  out_of_memory_ = limited_.usage().oom_kills > 0;
}

RunningGroups::RunningGroups(const std::string& id) : id_(id) {
  for (const Hierarchy& hierarchy : all_hierarchies()) {
    const std::string path = group_path(hierarchy, id);
    Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) groups_.emplace_back(hierarchy, path, std::move(directory));
  }
}

void RunningGroups::join() const {
  for (const GroupDirectory& group : groups_) {
    if (group.fd() == -1) group.join();
  }
}

int RunningGroups::fd() const {
  for (const GroupDirectory& group : groups_) {
    if (group.fd() != -1) return group.fd();
  }
  return -1;
}

void RunningGroups::freeze(bool frozen) const { freeze_groups(groups_, frozen); }
bool RunningGroups::is_frozen() const { return are_frozen(groups_); }

void RunningGroups::thaw() const {
  for (const GroupDirectory& group : groups_) {
    if (group.offers("freezer.state")) group.set("freezer.state", "THAWED");
  }
}

void freeze_container(const std::string& id, bool frozen) { RunningGroups(id).freeze(frozen); }

Standstill::Standstill(const std::string& id, void (*set)(const std::string& id, bool frozen))
    : id_(id), set_(set) {
  set_(id_, true);
}

static bool is_still_frozen(const std::string& id) {
  try {
    return RunningGroups(id).is_frozen();
  } catch (const std::system_error&) {
    return false;  // its groups have gone meanwhile
  }
}

Standstill::~Standstill() {
  try {
    set_(id_, false);
  } catch (const std::exception& error) {
    if (is_still_frozen(id_)) warn({error.what()});
  }
}

// Moves all processes of the container into a new group, in a v1 tree in which it had no limit yet.
// The container is frozen meanwhile: no process can fork a child that stays outside of the group.
void RunningGroups::spread_to(const Hierarchy& hierarchy) {
  std::optional<Standstill> standstill;
  if (!is_frozen()) standstill.emplace(id_, freeze_container);
  const std::vector<std::string> pids = split(find_freezer(groups_)->get("cgroup.procs"), '\n');
  groups_.push_back(make_group(hierarchy, id_));
  for (const std::string& pid : pids) {
    try {
      if (!pid.empty()) write_file(groups_.back().path() + "/cgroup.procs", pid);
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::no_such_process) throw;  // it has ended since
    }
  }
}

static void change_limits(const std::vector<GroupDirectory>& groups, const Limits& before,
                          const Limits& after) {
  for (const GroupDirectory& group : groups) set_limits(group, before, after);
}

void RunningGroups::change(const ContainerLimits& before, const ContainerLimits& after) {
  if (groups_.empty()) {
    throw Failure("the container has no cgroup, so no limits to change",
                  "be root, or where a group is delegated to you, start it with limits");
  }
  std::vector<std::string> controllers = wanted_controllers(after);
  for (const std::string& other : other_controllers({after})) controllers.push_back(other);
  for (const Hierarchy& hierarchy : find_hierarchies(controllers)) {
    const bool known = std::any_of(
        groups_.begin(), groups_.end(),
        [&](const GroupDirectory& group) { return group.hierarchy().base == hierarchy.base; });
    if (hierarchy.v2) {
      enable_controllers(hierarchy.base, hierarchy.base + "/stepbox", hierarchy.controllers);
    } else if (!known) {
      spread_to(hierarchy);
    }
  }
  try {
    change_limits(groups_, before, after);
    stepbox::set_limits(id_, as_oci_resources({after}));
  } catch (const std::exception&) {
    try {
      change_limits(groups_, after, before);
      stepbox::set_limits(id_, as_oci_resources({before}));
    } catch (const std::exception& error) {
      warn({error.what()});
    }
    throw;
  }
}

}  // namespace stepbox
