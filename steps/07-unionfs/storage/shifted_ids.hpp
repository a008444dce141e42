// Step 7. Shifted user ids: root's --userns.
//
//   in the container   0 root    1000 student    as in the image; commit, diff and cp show these
//   on the host        1879048192 + the same     in ps(1) and for volumes: unassigned ids
//   on the disk        0         1000            layers are mounted with their ids mapped
//
// A process that breaks out has an id without rights, and the files are usable without --userns
// too. (user_namespaces(7); mount_setattr(2), "ID-mapped mounts": Linux 5.12, below an
// overlay 5.19)
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_

#include <string>
#include <utility>
#include <vector>

#include "04-namespaces/namespaces.hpp"
#include "common/fd.hpp"

namespace stepbox {

// [parent] SpawnSettings::before_go for root: maps ids 0 and up inside to the ranges that
// /etc/subuid and /etc/subgid give to `stepbox`; without any, to 65,536 unassigned ids. Does
// nothing without CLONE_NEWUSER. Throws system_error.
void write_shifted_id_maps(pid_t child, int flags);

// [parent] A user namespace with these id maps, in which no process lives: mount_setattr(2) takes
// the maps from one. Throws system_error.
Fd make_user_namespace(const IdMap& users, const IdMap& groups);

// [parent] The same with the id maps of root's --userns.
Fd make_shifted_user_namespace();

// [parent] Maps the ids of a detached mount of `source`, with `below` of those below it too, as a
// user namespace does. Throws system_error; Failure if its file system, or this kernel, supports no
// id-mapped mounts.
void map_ids(const Fd& tree, const std::string& source, const Fd& user_namespace, bool below);

// Directories that are to be mounted with mapped ids in a container.
class ShiftedTrees {
 public:
  // [parent] Called as root before spawn().
  ShiftedTrees();

  // [parent] Returns the path that `directory` will have in the container's mount namespace.
  // Throws Failure if its file system, or this kernel, supports no id-mapped mounts.
  std::string add(const std::string& directory);

  // [child] Becomes root of the user namespace, mounts a tmpfs over the run directory (in the
  // container's mount namespace only), and the trees in that.
  void mount() const;

 private:
  Fd user_namespace_;                              // with the container's id maps
  std::vector<std::pair<std::string, Fd>> trees_;  // path and detached mount
};

// [child] Called in a new or joined user namespace. The host's root is not mapped in one with
// shifted ids, so the process cannot create files until it changes to uid 0 of the namespace.
void become_root_inside();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_SHIFTED_IDS_HPP_
