#include "07-unionfs/resources/container_processes.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "03-mount/mount.hpp"
#include "03-mount/mountinfo.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::string of_process(const std::string& pid, const char* file) {
  return join({"/proc/", pid, "/", file});
}

// Identifies the files that a process sees: by its mount namespace and its root directory.
static std::string view_of(const std::string& pid) {
  struct stat root;
  if (::stat(of_process(pid, "root/").c_str(), &root) == -1) return "";
  return join({read_link(of_process(pid, "ns/mnt")), " ", std::to_string(root.st_dev), ":",
               std::to_string(root.st_ino)});
}

// proc_pid_mountinfo(5) has paths relative to the root of the process, so /dev is the mount of
// stepbox only in a container.
static bool is_inside(const std::string& pid) {
  const std::vector<MountEntry> entries = read_mountinfo(pid);
  return std::any_of(entries.begin(), entries.end(), [](const MountEntry& entry) {
    return entry.target == "/dev" && entry.source == kMountSource;
  });
}

static ContainerProcess open_container_process(const std::string& pid) {
  const pid_t number = std::stoi(pid);
  return {number, open_pidfd(number)};
}

// The name of its program, at most 15 characters; empty if it has ended.
static std::string name_of(const std::string& pid) try {
  std::string name = read_file(of_process(pid, "comm"));
  std::erase(name, '\n');
  return name;
} catch (const std::system_error&) {
  return "";
}

// Whether it is a program of stepbox: by its name, or because it is the program of this process.
static bool is_runtime(const std::string& pid, const std::string& name) {
  return name.starts_with("step") ||
         read_link(of_process(pid, "exe")) == read_link("/proc/self/exe");
}

// Whether orphans become its children: process 1, or the systemd of a user, whose program is the
// same. (PR_SET_CHILD_SUBREAPER, prctl(2))
static bool is_reaper(const std::string& pid, const std::string& name) {
  return pid == "1" ||
         (name == "systemd" && read_link(of_process(pid, "exe")) == read_link("/proc/1/exe"));
}

// Sets `owners` and `parent`, from the members' parents outside of the container. (Inside, the
// reaper of --init is a program of stepbox, too.)
static void find_parents(ContainerProcesses& container, const std::string& view) {
  std::set<std::string> parents;
  for (const ContainerProcess& member : container.members) {
    try {
      parents.insert(stat_fields(member.pid).at(4));
    } catch (const std::system_error&) {
      // The member has just ended.
    }
  }
  for (const std::string& pid : parents) {
    ContainerProcess owner = open_container_process(pid);
    if (!owner.handle || view_of(pid) == view) continue;
    const std::string name = name_of(pid);
    if (!is_reaper(pid, name)) container.parent = join({"pid ", pid, " (", name, ")"});
    if (is_runtime(pid, name)) container.owners.push_back(std::move(owner));
  }
}

std::vector<ContainerProcesses> find_container_processes() {
  std::map<std::string, ContainerProcesses> by_view;
  const std::string own = view_of("self");
  for (const std::string& pid : list_directory("/proc")) {
    if (!parse_number(pid)) continue;
    try {
      // Opened first: if the pid is reused below, the handle refers to a process that has ended.
      ContainerProcess process = open_container_process(pid);
      const std::string view = view_of(pid);
      if (!process.handle || view.empty() || view == own || !is_inside(pid)) continue;
      ContainerProcesses& container = by_view[view];
      container.root = read_link(of_process(pid, "root"));
      container.members.push_back(std::move(process));
    } catch (const std::system_error&) {
      // The process has just ended.
    }
  }
  std::vector<ContainerProcesses> found;
  for (auto& [view, container] : by_view) {
    find_parents(container, view);
    found.push_back(std::move(container));
  }
  return found;
}

static void kill_all(const std::vector<ContainerProcess>& processes) {
  for (const ContainerProcess& process : processes) {
    explain({"kill -KILL ", std::to_string(process.pid)});
    send_signal(process.handle, SIGKILL);
  }
  for (const ContainerProcess& process : processes) {
    pollfd ended{process.handle.get(), POLLIN, 0};
    if (::poll(&ended, 1, 10'000) == 1) continue;
    throw Failure(join({"process ", std::to_string(process.pid), " does not end"}));
  }
}

void kill_container_processes(const ContainerProcesses& container) {
  kill_all(container.owners);
  kill_all(container.members);
}

}  // namespace stepbox
