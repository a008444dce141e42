// Step 7. Where things are kept: the store, which survives, and the run directory, which does not.
//
//   /var/lib/stepbox/images, layers, tags …   images: image_store.hpp
//   /var/lib/stepbox/containers/ID/           record.json, upper, work, merged (or: rootfs, a copy)
//   /var/lib/stepbox/names/NAME               a symbolic link: ID
//   /run/stepbox/containers/ID                the holder of a running container has a lock on it;
//                                             its last line says what it does: running, ended
//   /run/stepbox/sockets/ID                   where its monitor listens (attach)
//   /run/stepbox/containers.lock              held for a moment by whoever looks at those locks
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_

#include <string>
#include <vector>

#include "common/cli.hpp"

namespace stepbox {

// The store: --root, else STEPBOX_ROOT, else /var/lib/stepbox; ~/.local/share/stepbox without root.
// Throws Failure when there is no home either.
std::string store();
void set_store(const std::string& path);
void add_store_option(CommandLine& cli);

// /run/stepbox; without root XDG_RUNTIME_DIR/stepbox, or in the store.
std::string run_directory();

// The names in a directory, without the dotted ones, sorted. Empty if it is not there.
std::vector<std::string> list_directory(const std::string& path);

// rm -rf. Throws system_error.
void remove_tree(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_STORE_HPP_
