#include "07-unionfs/resources/mount_leftovers.hpp"

#include <fcntl.h>

#include <algorithm>

#include "03-mount/mount.hpp"
#include "03-mount/mountinfo.hpp"
#include "common/files.hpp"

namespace stepbox {

// `directory` as the file system itself names it, which the mount `entry` shows.
static std::string path_within(const MountEntry& entry, const std::string& directory) {
  const std::string root = entry.root == "/" ? "" : entry.root;
  const std::string path = root + directory.substr(entry.target == "/" ? 0 : entry.target.size());
  return path.empty() ? "/" : path;
}

// Whether it is what bind_onto_itself() makes: a directory that shows itself.
static bool is_self_bind(const MountEntry& entry, const std::vector<MountEntry>& all) {
  return std::any_of(all.begin(), all.end(), [&](const MountEntry& below) {
    return below.id == entry.parent && below.device == entry.device &&
           entry.root == path_within(below, entry.target);
  });
}

// What was mounted on the rootfs before it was ours.
static std::vector<int> not_ours(const std::string& rootfs, const std::vector<MountEntry>& all) {
  std::vector<int> ids;
  for (const MountEntry& entry : all) {
    const bool ours = entry.source == kMountSource || is_self_bind(entry, all);
    if (entry.target == rootfs && !ours) ids.push_back(entry.id);
  }
  return ids;
}

// SharedMounts (step 4) has a lock on the rootfs while somebody lives there.
static bool is_locked(const std::string& rootfs) {
  const Fd directory(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && !try_lock(directory, rootfs);
}

void unmount_leftovers(const std::vector<std::string>& in_use) {
  constexpr std::string_view kProc = "/proc";  // the first one that a container mounts
  for (const MountEntry& entry : read_mountinfo()) {
    if (entry.source != kMountSource || !entry.target.ends_with(kProc)) continue;
    const std::string rootfs = entry.target.substr(0, entry.target.size() - kProc.size());
    const bool used = std::find(in_use.begin(), in_use.end(), rootfs) != in_use.end();
    // An empty one is our own: we are in a container ourselves.
    if (rootfs.empty() || used || is_locked(rootfs)) continue;
    unmount_below(rootfs, not_ours(rootfs, read_mountinfo()));
  }
}

}  // namespace stepbox
