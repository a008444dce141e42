// rescue: removes the leftovers of killed containers, and prints each operation as a command. Does
// more than recover_crashed_containers(), which every verb calls: also other stores, and things
// without a record.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "03-mount/mountinfo.hpp"
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/registry/building.hpp"
#include "07-unionfs/resources/container_processes.hpp"
#include "07-unionfs/resources/mount_leftovers.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// Kills the containers whose runtime was killed; with `force` all. Returns the roots of the others.
static std::vector<std::string> kill_left_containers(bool force) {
  std::vector<std::string> spared;
  for (const ContainerProcesses& container : find_container_processes()) {
    if (force || container.parent.empty()) {
      kill_container_processes(container);
      continue;
    }
    spared.push_back(container.root);
    if (container.owners.empty()) {
      print(join({"Process ", std::to_string(container.members.at(0).pid), " in ", container.root,
                  " is left: its parent, ", container.parent, ", is no program of stepbox.\n"}));
    }
  }
  return spared;
}

// Recovers this store, and all others that a run lock names.
static void recover_stores() {
  recover_crashed_containers();
  const std::string own = store();
  std::set<std::string> others;
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    others.insert(split(read_file(run_lock_of(id)), '\n')[0]);
  }
  for (const std::string& other : others) {
    if (other.empty() || other == own) continue;
    set_store(other);
    recover_container_records();
  }
  set_store(own);
}

// Containers without a record and without a run lock: a reboot, which empties the run directory,
// interrupted their start.
static void remove_unfinished() {
  const FileLock lock = lock_run_locks();
  for (const std::string& id : list_directory(store() + "/containers")) {
    if (exists(record_of(id)) || exists(run_lock_of(id))) continue;
    drop_name("", id);
    remove_tree(directory_of(id));
  }
  if (!list_directory(run_directory() + "/containers").empty()) return;
  ::unlink(
      (run_directory() + "/containers.lock").c_str());  // lock_file() notices, and opens it again
}

static void rescue(bool force) {
  recover_stores();  // by their records, which prove the most
  const std::vector<std::string> spared = kill_left_containers(force);
  recover_stores();  // what the killed ones had
  remove_unfinished();
  if (::geteuid() == 0) {
    remove_build_leftovers();
    unmount_leftovers(spared);
    remove_network_leftovers();
  } else {
    std::puts(
        "Not root: cgroups, veth pairs, rules and mounts of root's containers are not examined.");
  }
  if (spared.empty()) {
    std::puts("No container is running, and no leftovers remain.");
  } else {
    std::printf(
        "No leftovers remain but the resources of %zu running container(s): FORCE=1 kills those "
        "too.\n",
        spared.size());
  }
}

int verb_rescue(int argc, char** argv) {
  bool force = false;
  VerbLine cli("rescue [OPTIONS]", "rescue");
  cli.flag("-f,--force", force, "Kill running containers too, of all steps");
  cli.parse_mixed(argc, argv);
  cli.end();
  set_explaining(true);
  rescue(force);
  return 0;
}

}  // namespace stepbox
