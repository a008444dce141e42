#include "07-unionfs/resources/mount_leftovers.hpp"

#include <fcntl.h>

#include <algorithm>

#include "03-mount/mount.hpp"
#include "03-mount/mountinfo.hpp"
#include "common/files.hpp"

namespace stepbox {

// The path of `directory` within the file system that `entry` mounts: field 4 of
// proc_pid_mountinfo(5) for a bind mount of it.
static std::string path_within(const MountEntry& entry, const std::string& directory) {
  const std::string root = entry.root == "/" ? "" : entry.root;
  const std::string path = root + directory.substr(entry.target == "/" ? 0 : entry.target.size());
  return path.empty() ? "/" : path;
}

// Whether bind_onto_itself() made the mount: its root is the directory that it is mounted on.
static bool is_self_bind(const MountEntry& entry, const std::vector<MountEntry>& all) {
  return std::any_of(all.begin(), all.end(), [&](const MountEntry& below) {
    return below.id == entry.parent && below.device == entry.device &&
           entry.root == path_within(below, entry.target);
  });
}

// The ids of the mounts on the rootfs that stepbox did not make.
static std::vector<int> not_ours(const std::string& rootfs, const std::vector<MountEntry>& all) {
  std::vector<int> ids;
  for (const MountEntry& entry : all) {
    const bool ours = entry.source == kMountSource || is_self_bind(entry, all);
    if (entry.target == rootfs && !ours) ids.push_back(entry.id);
  }
  return ids;
}

// SharedMounts (step 4) holds a lock on the rootfs as long as a container uses it.
static bool is_locked(const std::string& rootfs) {
  const Fd directory(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && !try_lock(directory, rootfs);
}

void unmount_leftovers(const std::vector<std::string>& in_use) {
  constexpr std::string_view kProc = "/proc";  // the first that mount_basics() mounts
  for (const MountEntry& entry : read_mountinfo()) {
    if (entry.source != kMountSource || !entry.target.ends_with(kProc)) continue;
    const std::string rootfs = entry.target.substr(0, entry.target.size() - kProc.size());
    const bool used = std::find(in_use.begin(), in_use.end(), rootfs) != in_use.end();
    // Empty: the entry is /proc itself, as this process runs in a container.
    if (rootfs.empty() || used || is_locked(rootfs)) continue;
    unmount_below(rootfs, not_ours(rootfs, read_mountinfo()));
  }
}

}  // namespace stepbox
