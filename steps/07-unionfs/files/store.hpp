// Step 7. The store, which survives a reboot, and the run directory, which does not.
//
//   /var/lib/stepbox/images, layers, tags …   images: image_store.hpp
//   /var/lib/stepbox/containers/ID/           record.json, upper, work, merged (or: rootfs, a copy)
//   /var/lib/stepbox/networks/NAME.json       a network that a user made: network_store.hpp
//   /var/lib/stepbox/names/NAME               a symbolic link: ID
//   /var/lib/stepbox/volumes/NAME/            volumes: volume_store.hpp
//   /run/stepbox/containers/ID                run lock: the process that runs the container holds
//                                             it; the last line is the state: running, ended
//   /run/stepbox/networks/ID                  a container that is on such networks: members.hpp
//   /run/stepbox/sockets/ID                   socket of the container's monitor (attach)
//   /run/stepbox/containers.lock              held for a moment while run locks are taken or tested
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_

#include <string>
#include <vector>

#include "common/cli.hpp"

namespace stepbox {

// The directory of the store: --root, else STEPBOX_ROOT, else /var/lib/stepbox; without root
// $XDG_DATA_HOME/stepbox, else ~/.local/share/stepbox. Throws Failure if HOME is not set either.
std::string store();
void set_store(const std::string& path);
void add_store_option(CommandLine& cli);

// /run; $XDG_RUNTIME_DIR where /run is not writable: without root, and as root of a user namespace
// that an engine has made. Empty if that is not set either.
std::string run_top();

// stepbox in run_top(), else run/ in the store.
std::string run_directory();

// The names in a directory, sorted, without those that begin with a dot. Empty if it does not
// exist.
std::vector<std::string> list_directory(const std::string& path);

// Removes a directory with everything below it; no error if it does not exist.
// Throws system_error.
void remove_tree(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_
