// The scope of an OCI container: systemd makes its group, and knows its limits. systemd's own
// programs speak D-Bus, so nothing is linked for it. (systemd.scope(5), busctl(1), systemctl(1),
// org.freedesktop.systemd1(5); systemd's documentation, CGROUP_DELEGATION)
#include "07-unionfs/resources/oci_groups.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::vector<std::string> parts_of(const std::string& cgroups_path, const std::string& id) {
  if (cgroups_path.empty()) return {"", "stepbox-oci", id};
  std::vector<std::string> parts = split(cgroups_path, ':');
  if (parts.size() == 3 && !parts[2].empty()) return parts;
  throw Failure(
      join({"config.json: linux.cgroupsPath: '", cgroups_path, "' is no name of systemd's"}),
      "--systemd-cgroup needs the form slice:prefix:name");
}

std::string scope_of(const std::string& cgroups_path, const std::string& id) {
  const std::vector<std::string> parts = parts_of(cgroups_path, id);
  return join({parts[1], "-", parts[2], ".scope"});
}

static bool has_booted_systemd() { return exists("/run/systemd/system"); }  // sd_booted(3)

// Runs a program of systemd's, for the manager of the system or of an ordinary user. `action` is
// for the message. "--" in the words: the names of scopes may begin with "-".
static void call_systemd(const std::string& action, std::vector<std::string> words) {
  if (!is_root_of_host()) words.insert(words.begin() + 1, "--user");
  try {
    run_program(words, "");
  } catch (const Failure& failure) {
    const std::string text = failure.what(), command = quoted(words) + ": ";
    throw Failure(
        join({action, ": ", text.substr(text.starts_with(command) ? command.size() : 0)}));
  }
}

// The group of a process in the tree in which systemd has the scope: v2's, or name=systemd of v1.
static std::string group_in(const std::string& scope, pid_t pid) {
  for (const std::string& line :
       split(read_file(join({"/proc/", std::to_string(pid), "/cgroup"})), '\n')) {
    if (line.ends_with("/" + scope)) return line.substr(line.find('/'));
  }
  return "";
}

// An ordinary user's trees begin at the group that was delegated to them.
static std::string path_in_trees(std::string path) {
  while (!path.empty() && open_oci_groups(path).empty()) {
    path.erase(0, std::min(path.find('/', 1), path.size()));
  }
  return path;
}

std::string start_scope(const std::string& scope, const std::string& cgroups_path, pid_t first) {
  if (!has_booted_systemd()) {
    throw Failure("--systemd-cgroup: systemd does not run here, there is no /run/systemd/system",
                  "use --cgroup-manager cgroupfs");
  }
  const std::string slice = split(cgroups_path, ':')[0];
  const std::string usual = is_root_of_host() ? "system.slice" : "user.slice";
  // clang-format off
  call_systemd("systemd: start " + scope,
               {"busctl", "--", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", scope,
                "fail",  // if there is a unit of this name
                "5",     // properties
                "PIDs", "au", "1", std::to_string(first),
                "Slice", "s", slice.empty() ? usual : slice,
                "Delegate", "b", "true",              // leave the groups below to us
                "DefaultDependencies", "b", "false",  // the engine says when it ends, also at shutdown
                "CollectMode", "s", "inactive-or-failed",
                "0"});  // other units
  // clang-format on
  std::string path;
  const auto is_moved = [&] { return !(path = group_in(scope, first)).empty(); };
  if (!wait_until(30, is_moved))
    throw Failure(join({"systemd: start ", scope, ": 30 s have passed"}));
  path = path_in_trees(path);
  if (!path.empty()) return path;
  throw Failure(join({"the group of ", scope, " is not in a tree that we may write to"}),
                "start the runtime by `systemd-run --user --scope`");
}

void set_scope_limits(const std::string& scope, std::vector<std::string> limits) {
  if (limits.empty()) return;
  limits.insert(limits.begin(), {"systemctl", "--runtime", "--", "set-property", scope});
  call_systemd("systemd: limit " + scope, limits);
}

void stop_scope(const std::string& scope) {
  if (scope.empty() || !has_booted_systemd()) return;
  // The scope may have ended with its last process. A pattern without a match is no error.
  call_systemd("systemd: stop " + scope,
               {"systemctl", "--", "stop", scope.substr(0, scope.size() - 1) + "[e]"});
}

}  // namespace stepbox
