#include "07-unionfs/containers/container_processes.hpp"

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

// Two processes see the same files if they have this in common: the mount namespace, and the root.
static std::string view_of(const std::string& pid) {
  struct stat root;
  if (::stat(of_process(pid, "root/").c_str(), &root) == -1) return "";
  return join({read_link(of_process(pid, "ns/mnt")), " ", std::to_string(root.st_dev), ":",
               std::to_string(root.st_ino)});
}

// mountinfo(5) names mounts as the process itself does: its /dev is ours only inside.
static bool is_inside(const std::string& pid) {
  const std::vector<MountEntry> entries = read_mountinfo(pid);
  return std::any_of(entries.begin(), entries.end(), [](const MountEntry& entry) {
    return entry.target == "/dev" && entry.source == kMountSource;
  });
}

static Inhabitant open_inhabitant(const std::string& pid) {
  const pid_t number = std::stoi(pid);
  return {number, open_pidfd(number)};
}

// Whether it is one of our programs, by name, or at least the one that asks.
static bool is_runtime(const std::string& pid) {
  if (!exists(of_process(pid, "comm"))) return false;
  return read_file(of_process(pid, "comm")).starts_with("step") ||
         read_link(of_process(pid, "exe")) == read_link("/proc/self/exe");
}

// The parents of the members, where they are runtimes and live outside: a container's own reaper
// (--init) is one of our programs, too.
static std::vector<Inhabitant> find_owners(const World& world, const std::string& view) {
  std::set<std::string> parents;
  for (const Inhabitant& member : world.members) {
    try {
      parents.insert(stat_fields(member.pid).at(4));
    } catch (const std::system_error&) {
      // it has ended just now
    }
  }
  std::vector<Inhabitant> owners;
  for (const std::string& pid : parents) {
    Inhabitant owner = open_inhabitant(pid);
    if (owner.handle && view_of(pid) != view && is_runtime(pid)) owners.push_back(std::move(owner));
  }
  return owners;
}

std::vector<World> find_worlds() {
  std::map<std::string, World> worlds;  // by view
  const std::string own = view_of("self");
  for (const std::string& pid : list_directory("/proc")) {
    if (!parse_number(pid)) continue;
    try {
      Inhabitant inhabitant = open_inhabitant(pid);  // first: what follows is about this very one
      const std::string view = view_of(pid);
      if (!inhabitant.handle || view.empty() || view == own || !is_inside(pid)) continue;
      World& world = worlds[view];
      world.root = read_link(of_process(pid, "root"));
      world.members.push_back(std::move(inhabitant));
    } catch (const std::system_error&) {
      // it has ended just now
    }
  }
  std::vector<World> found;
  for (auto& [view, world] : worlds) {
    world.owners = find_owners(world, view);
    found.push_back(std::move(world));
  }
  return found;
}

static void kill_all(const std::vector<Inhabitant>& processes) {
  for (const Inhabitant& process : processes) {
    explain({"kill -KILL ", std::to_string(process.pid)});
    send_signal(process.handle, SIGKILL);
  }
  for (const Inhabitant& process : processes) {
    pollfd ended{process.handle.get(), POLLIN, 0};
    if (::poll(&ended, 1, 10'000) == 1) continue;
    throw Failure(join({"process ", std::to_string(process.pid), " does not end"}));
  }
}

void end_world(const World& world) {
  kill_all(world.owners);
  kill_all(world.members);
}

}  // namespace stepbox
