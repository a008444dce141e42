// Step 3. The mounts that programs expect, /proc, /sys and /dev; and volumes.
//
// All are made below the rootfs, before it becomes the root directory. A rootfs may be hostile: its
// /dev may be a symbolic link to a directory of the host. So each mount point is opened with
// openat2(2), which treats `rootfs` as the root directory, and mounted on by descriptor.
//
// [parent] in step 3, [child] from step 4 on.
#ifndef STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_
#define STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_

#include <string>
#include <utility>
#include <vector>

#include "03-mount/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Opens (O_PATH) the file that `path` names for a process whose root directory is `root`: no `..`
// and no symbolic link leads out of it (openat2(2), Linux 5.6). An empty Fd, and errno, on failure.
Fd open_below(const Fd& root, const std::string& path);

// A file or directory of a rootfs, opened by path: a mount point or, opened after the mount, the
// mount's root. The descriptor refers to it even if its path is changed meanwhile. The constructor
// throws Failure if it does not exist, with the mkdir(1) that makes it.
class MountPoint {
 public:
  MountPoint(const std::string& rootfs, const std::string& path);
  explicit MountPoint(Fd found) : fd_(std::move(found)) {}
  std::string name() const;    // its path on the host, for messages
  std::string handle() const;  // /proc/self/fd/N, for mount(2) and umount2(2)
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
};

// Mounts that the destructor unmounts, in reverse order; it warns of failures. After release() it
// does not: the kernel unmounts what is in a mount namespace when its last process ends.
class Mounts {
 public:
  Mounts() = default;
  Mounts(Mounts&& other) noexcept : mounts_(std::exchange(other.mounts_, {})) {}
  Mounts(const Mounts&) = delete;
  ~Mounts();
  void add(MountPoint mounted) { mounts_.push_back(std::move(mounted)); }
  void release() { mounts_.clear(); }

 private:
  std::vector<MountPoint> mounts_;
};

// Mounts proc, sysfs (read-only), a tmpfs with the usual devices on /dev, devpts, a tmpfs on
// /dev/shm, and mqueue. In a user namespace the kernel refuses some of them; then the host's mount
// is bound instead (user_namespaces(7)).
// Throws system_error: `mount proc on /srv/busybox/proc: …`; Failure when a mount point is missing.
Mounts mount_basics(const std::string& rootfs);

// Binds each volume; its destination must exist.
// Throws as mount_basics() does.
Mounts mount_volumes(const std::string& rootfs, const std::vector<Volume>& volumes);

// Binds a directory onto itself: pivot_root(2) requires a mount. (Step 4)
Mounts bind_onto_itself(const std::string& directory);

// The pieces, which later steps use too.

// The source of all mounts that stepbox makes: mountinfo shows it, so they can be told from others.
constexpr char kMountSource[] = "stepbox";

// mount(2) of a new file system of `type`, which has no device; `flags` are MS_*, `data` as in
// mount(8) -o.
void mount_new(const char* type, const MountPoint& target, unsigned long flags, const char* data);

// Binds `source`, with all mounts below it, to `target`, as MS_BIND | MS_REC does. The new mounts
// are private: later mounts at one place do not propagate to the other. With `read_only` all of
// them are read-only before they become visible.
void bind(const std::string& source, const MountPoint& target, bool read_only);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_
