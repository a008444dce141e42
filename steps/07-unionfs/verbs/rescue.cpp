// rescue: what killed containers have left is found and removed, and each thing said as the command
// that removes it. What every verb does for itself first, settle(), and beyond that what no verb
// would touch.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "03-mount/mountinfo.hpp"
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/containers/container_processes.hpp"
#include "07-unionfs/containers/mount_leftovers.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// Ends those whose runtime was killed; with `force` the others too. Returns the roots of the rest.
static std::vector<std::string> end_worlds(bool force) {
  std::vector<std::string> spared;
  for (const World& world : find_worlds()) {
    if (force || world.owners.empty()) {
      end_world(world);
    } else {
      spared.push_back(world.root);
    }
  }
  return spared;
}

// Settles this store, and all others that somebody held a container of when he was killed.
static void settle_stores() {
  settle();
  const std::string own = store();
  std::set<std::string> others;
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    others.insert(split(read_file(holder_of(id)), '\n')[0]);
  }
  for (const std::string& other : others) {
    if (other.empty() || other == own) continue;
    set_store(other);
    settle_containers();
  }
  set_store(own);
}

// A reboot empties the run directory: then nobody knows of a start that it has cut short.
static void remove_unfinished() {
  const FileLock lock = lock_holders();
  for (const std::string& id : list_directory(store() + "/containers")) {
    if (exists(record_of(id)) || exists(holder_of(id))) continue;
    drop_name("", id);
    remove_tree(directory_of(id));
  }
  if (!list_directory(run_directory() + "/containers").empty()) return;
  ::unlink((run_directory() + "/containers.lock").c_str());  // whoever waits for it, looks again
}

static void rescue(bool force) {
  const std::vector<std::string> spared = end_worlds(force);
  settle_stores();
  remove_unfinished();
  if (::geteuid() == 0) {
    unmount_leftovers(spared);
    remove_network_leftovers();
  } else {
    std::puts(
        "Not root: cgroups, cables, rules and mounts of root's containers are not looked at.");
  }
  if (spared.empty()) {
    std::puts("No container runs, and nothing is left of those that did.");
  } else {
    std::printf("Nothing is left but what %zu running container(s) need: FORCE=1 ends those too.\n",
                spared.size());
  }
}

int verb_rescue(int argc, char** argv, Runner) {
  bool force = false;
  CommandLine cli("rescue [OPTIONS]", "rescue");
  cli.flag("-f,--force", force, "End running containers too, of all steps");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  cli.end();
  set_explaining(true);
  rescue(force);
  return 0;
}

}  // namespace stepbox
