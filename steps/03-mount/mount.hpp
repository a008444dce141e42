// Step 3. What a program expects to find mounted: /proc, /sys, /dev; and volumes.
//
// All of it is mounted below the rootfs before that becomes the root directory. A rootfs is not to
// be trusted: its /dev may be a symbolic link that leads out of it. So each mount point is found
// by openat2(2), for which `rootfs` is the root, and the mount goes to what was found.
#ifndef STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_
#define STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_

#include <string>
#include <utility>
#include <vector>

#include "03-mount/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Opens (O_PATH) what `path` names for a process whose root is the directory `root`: no `..` and no
// symbolic link leads out of it. -1 and errno where there is nothing (openat2(2)).
Fd open_below(const Fd& root, const std::string& path);

// A place inside a rootfs: what something is to be mounted on or, looked up again afterwards, the
// mount itself. The descriptor stays with it, whatever happens to the names on the way there.
// Throws Failure when it is missing, with the mkdir that makes it.
class MountPoint {
 public:
  MountPoint(const std::string& rootfs, const std::string& path);
  explicit MountPoint(Fd found);                     // by open_below(), for one
  const std::string& name() const { return name_; }  // where it really is, for people
  std::string handle() const;                        // for mount(2) and umount(2): /proc/self/fd/N
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string name_;
};

// Mounts of ours: taken down in reverse by the destructor, unless release() has left them to
// somebody else, such as the mount namespace that ends with its last process.
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
// /dev/shm, and mqueue. In a user namespace the kernel refuses some of them; then the host's own
// is bound instead (mount_namespaces(7)).
// Throws system_error: `mount proc on /srv/busybox/proc: …`; Failure when a mount point is missing.
Mounts mount_basics(const std::string& rootfs);

// Binds each volume; its destination must exist.
// Throws as mount_basics() does.
Mounts mount_volumes(const std::string& rootfs, const std::vector<Volume>& volumes);

// Binds a directory onto itself, so that it is a mount: pivot_root(2) wants one. (Step 4)
Mounts bind_onto_itself(const std::string& directory);

// The pieces, for the later steps.

// What our mounts name as their source, so that they are known for ours.
constexpr char kMountSource[] = "stepbox";

// mount(2) of a new file system of `type`, which has no device; `flags` are MS_*, `data` as in
// mount(8) -o.
void mount_new(const char* type, const MountPoint& target, unsigned long flags, const char* data);

// `source`, and what is mounted below it, appears at `target` too, as with mount(2)'s MS_BIND and
// MS_REC. Private: nothing that is mounted or unmounted there later happens at `source` as well.
// Read-only, if so asked, from its first moment on, and all the way down.
void bind(const std::string& source, const MountPoint& target, bool read_only);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_MOUNT_HPP_
