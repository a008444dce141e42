#include "05-cgroup/hierarchy.hpp"

#include <unistd.h>

#include <algorithm>

#include "03-mount/mountinfo.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool Hierarchy::has(const std::string& controller) const {
  return contains(controllers, controller);
}

// The words of cgroup.controllers or cgroup.subtree_control: one line.
static std::vector<std::string> read_words(const std::string& path) {
  std::string line = read_file(path);
  if (!line.empty()) line.pop_back();  // the newline
  return split(line, ' ');
}

std::string find_base_v2(const std::string& mount) {
  std::string below;
  for (const std::string& line : split(read_file("/proc/self/cgroup"), '\n')) {
    if (line.starts_with("0::/")) below = line.substr(4);
  }
  std::string base = mount;
  for (const std::string& part : split(below, '/')) {
    if (::access(base.c_str(), W_OK) == 0) return base;
    base += "/" + part;
  }
  return ::access(base.c_str(), W_OK) == 0 ? base : "";
}

// LAB: trees
static std::vector<Hierarchy> find_mounted() {
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

const std::vector<Hierarchy>& all_hierarchies() {
  static const std::vector<Hierarchy> found = find_mounted();
  return found;
}

std::vector<Hierarchy> find_hierarchies(const std::vector<std::string>& controllers) {
  const std::vector<Hierarchy>& all = all_hierarchies();
  std::vector<Hierarchy> found;
  for (const std::string& controller : controllers) {
    const auto tree = std::find_if(all.begin(), all.end(), [&](const Hierarchy& hierarchy) {
      return hierarchy.has(controller);
    });
    if (tree == all.end()) {
      if (controller == "cpuacct") continue;  // v1's; every v2 group counts CPU time
      throw Failure(join({"no cgroup controller '", controller, "' on this host, or none for us"}),
                    kWithoutLimits);
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

// The controllers that `directory` has not yet enabled for the groups below it, as "+cpu +pids".
static std::string still_to_enable(const std::string& directory,
                                   const std::vector<std::string>& controllers) {
  const std::vector<std::string> enabled = read_words(directory + "/cgroup.subtree_control");
  std::string text;
  for (const std::string& controller : controllers) {
    if (!contains(enabled, controller)) text += (text.empty() ? "+" : " +") + controller;
  }
  return text;
}

void enable_controllers(const std::string& base, const std::string& directory,
                        const std::vector<std::string>& controllers) {
  const std::string text = still_to_enable(directory, controllers);
  if (text.empty()) return;  // then all directories above have enabled them too
  if (directory.size() > base.size()) {
    enable_controllers(base, directory.substr(0, directory.rfind('/')), controllers);
  }
  const std::string file = directory + "/cgroup.subtree_control";
  explain({"echo '", text, "' > ", quoted(file)});
  try {
    write_file(file, text);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::device_or_resource_busy) throw;
    // cgroups(7), "no internal processes": a v2 group has members, or enables controllers for the
    // groups below it, never both.
    throw Failure(error.what(),
                  join({"processes live in that very group; move them: mkdir ", directory,
                        "/init; for p in $(cat ", directory, "/cgroup.procs); do echo $p > ",
                        directory, "/init/cgroup.procs; done"}));
  }
}

}  // namespace stepbox
