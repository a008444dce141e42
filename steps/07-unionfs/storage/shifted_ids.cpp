#include "07-unionfs/storage/shifted_ids.hpp"

#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "03-mount/mount.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/storage/mount_options.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

// Ids from here on are unassigned: systemd.io/UIDS-GIDS lists no range that begins here.
constexpr int64_t kFirstShifted = 0x70000000;

static IdMap shifted_ids(const char* file) {
  IdMap map;
  add_ranges(map, file, "stepbox", "", 0);
  if (map.empty()) map = {"0", std::to_string(kFirstShifted), "65536"};
  return map;
}

void write_shifted_id_maps(pid_t child, int flags) {
  if (!(flags & CLONE_NEWUSER)) return;
  write_maps(child, shifted_ids("/etc/subuid"), shifted_ids("/etc/subgid"));
}

// The child that owns the namespace is killed; the descriptor keeps it alive.
Fd make_user_namespace(const IdMap& users, const IdMap& groups) {
  const Child child = spawn({.namespaces = CLONE_NEWUSER}, [] { return ::pause(); });
  write_maps(child.pid(), users, groups);
  const std::string path = join({"/proc/", std::to_string(child.pid()), "/ns/user"});
  Fd made(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!made) throw_errno({"open ", path});
  return made;
}

void map_ids(const Fd& tree, const std::string& source, const Fd& user_namespace, bool below) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<uint64_t>(user_namespace.get());
  const unsigned flags = AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0U);
  if (::mount_setattr(tree.get(), "", flags, &attributes, sizeof attributes) == 0) return;
  const std::system_error error(errno, std::generic_category(), "map the ids of " + source);
  if (error.code() != std::errc::invalid_argument) throw error;
  throw Failure(error.what(),
                "its file system cannot (tmpfs: before Linux 6.3; an overlay: never); put it, or "
                "image and --root, on ext4, xfs or btrfs");
}

Fd make_shifted_user_namespace() {
  return make_user_namespace(shifted_ids("/etc/subuid"), shifted_ids("/etc/subgid"));
}

ShiftedTrees::ShiftedTrees() : user_namespace_(make_shifted_user_namespace()) {}

static std::string place_of(size_t number) {
  return join({run_directory(), "/", std::to_string(number)});
}

std::string ShiftedTrees::add(const std::string& directory) {
  Fd tree = copy_tree(AT_FDCWD, directory.c_str());
  if (!tree) throw_errno({"open ", directory});
  mount_attr attributes{};
  attributes.propagation = MS_PRIVATE;
  set_attributes(tree.get(), directory, attributes, false);
  map_ids(tree, directory, user_namespace_, false);
  trees_.emplace_back(directory, std::move(tree));
  return place_of(trees_.size() - 1);
}

void ShiftedTrees::mount() const {
  become_root_inside();
  mount_new("tmpfs", MountPoint(run_directory(), "/"), MS_NOSUID | MS_NODEV, "mode=755");
  for (size_t i = 0; i < trees_.size(); ++i) {
    const auto& [directory, tree] = trees_[i];
    const std::string place = place_of(i);
    explain({"mount --bind -o X-mount.idmap=/proc/$$/ns/user ", quoted(directory), " ", place});
    make_directories(place);
    if (::move_mount(tree.get(), "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == -1) {
      throw_errno({"mount ", directory, " on ", place});
    }
  }
}

void become_root_inside() {
  if (::geteuid() == 0) return;
  explain({"setpriv --reuid 0 --regid 0 --clear-groups sh -c '…'"});
  if (::setgroups(0, nullptr) == -1 || ::setresgid(0, 0, 0) == -1 || ::setresuid(0, 0, 0) == -1) {
    throw_errno({"become root in the user namespace"});
  }
}

}  // namespace stepbox
