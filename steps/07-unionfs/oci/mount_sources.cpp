// The sources of bind mounts, opened by a process that keeps the rights of the caller.
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/console/descriptor_passing.hpp"
#include "07-unionfs/oci/bundle.hpp"
#include "07-unionfs/oci/engine.hpp"
#include "07-unionfs/process/joining.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "common/error.hpp"
#include "common/mount_api.hpp"
#include "common/openers.hpp"

namespace stepbox {

static bool has_tree(const OciMount& mount) {
  return mount.is_bind() && !(mount.options.flags & MS_REMOUNT);
}

static Fd clone_tree(const OciMount& mount) {
  Fd tree =
      copy_tree(AT_FDCWD, mount.source.c_str(), mount.options.flags & MS_REC ? AT_RECURSIVE : 0);
  if (!tree) throw_errno({"bind ", mount.source});
  return tree;
}

static Fd open_mapped(const OciMount& mount, const Fd& users) {
  Fd tree = clone_tree(mount);
  if (!mount.options.map_ids) return tree;
  const Fd own = mount.uid_maps.empty()
                     ? Fd()
                     : make_user_namespace(as_map(mount.uid_maps), as_map(mount.gid_maps));
  map_ids(tree, mount.source, own ? own : users, mount.options.map_below);
  return tree;
}

// Joins the container's mount namespace: there the flags of the host's mounts are locked, so root
// of a user namespace cannot clear them (mount_namespaces(7)).
static int open_all(const std::vector<OciMount>& mounts, const Fd& socket) {
  pid_t container = 0;
  if (::read(socket.get(), &container, sizeof container) != sizeof container) return kFailed;
  const std::string folder = join({"/proc/", std::to_string(container), "/ns/"});
  const Fd users = open_namespace(folder + "user");
  if (::setns(open_namespace(folder + "mnt").get(), CLONE_NEWNS) == -1) {
    throw_errno({"join the container's mount namespace"});
  }
  for (const OciMount& mount : mounts) {
    if (has_tree(mount)) send_descriptor(socket, open_mapped(mount, users));
  }
  return 0;
}

// The caller's rights exceed those of the container's root: it can open what is below a directory
// of mode 700, and map ids. An ordinary user has no such rights.
static bool needs_opener(const OciConfig& config) {
  const auto maps_ids = [](const OciMount& mount) { return mount.options.map_ids; };
  return (config.find_namespace(CLONE_NEWUSER) && ::geteuid() == 0) ||
         std::any_of(config.mounts.begin(), config.mounts.end(), maps_ids);
}

MountSources::MountSources(const OciConfig& config) : mounts_(config.mounts) {
  if (!needs_opener(config)) return;
  socket_.emplace(SOCK_STREAM);
  opener_.emplace(spawn({}, [this] { return open_all(mounts_, socket_->theirs); }));
}

void MountSources::open_for(pid_t container) {
  if (opener_ && ::write(socket_->ours.get(), &container, sizeof container) == -1) {
    throw_errno({"tell the container's process"});
  }
}

void MountSources::wait() {
  if (opener_ && opener_->wait() != 0) throw Failure("the sources of mounts cannot be opened");
}

void MountSources::receive() {
  if (!opener_) return;
  const auto count = std::count_if(mounts_.begin(), mounts_.end(), has_tree);
  for (auto left = count; left > 0; --left) trees_.push_back(receive_descriptor(socket_->ours));
}

Fd MountSources::take(const OciMount& mount) {
  return opener_ ? std::move(trees_.at(next_++)) : clone_tree(mount);
}

}  // namespace stepbox
