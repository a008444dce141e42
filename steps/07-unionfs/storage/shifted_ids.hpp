// Step 7. User ids that are others outside: what root's --userns makes of a container.
//
//   inside        0 root    1000 student    as the image has it, and as commit, diff, cp show it
//   outside       1879048192 + the same     for the kernel, ps and volumes: nobody's
//   on the disk   0         1000            layers and changes are mounted with their ids mapped
//
// So a container that breaks out is nobody, and its files can be used without --userns as well.
// (user_namespaces(7); mount_setattr(2), "ID-mapped mounts": Linux 5.12, below an overlay 5.19)
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_

#include <string>
#include <utility>
#include <vector>

#include "04-namespaces/namespaces.hpp"
#include "common/fd.hpp"

namespace stepbox {

// [parent] As SpawnSettings::before_go, for root: maps ids 0 and up inside to the ranges that
// /etc/subuid and /etc/subgid give to `stepbox`; without any, to 65,536 ids that nobody has. Does
// nothing without CLONE_NEWUSER. Throws system_error.
void write_shifted_id_maps(pid_t child, int flags);

// Directories whose ids are shifted for a container, on their way to it.
class ShiftedTrees {
 public:
  // Outside, as root, before spawn().
  ShiftedTrees();

  // Outside. Returns where `directory` will be, inside.
  // Throws Failure where its file system, or this kernel, maps no ids.
  std::string add(const std::string& directory);

  // Inside. This process becomes root; then mounts them in a tmpfs over the run directory, which
  // nobody else sees. What was in there is of no use inside.
  void mount() const;

 private:
  Fd user_namespace_;                              // with the ids of the container's
  std::vector<std::pair<std::string, Fd>> trees_;  // the directory, and a mount of it
};

// Inside, in a user namespace that we have joined, or were born in. Who was root outside has no id
// in one of shifted ids, so no file can be made by it: from here on it is root in there.
void become_root_inside();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_
