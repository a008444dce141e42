#include "07-unionfs/sharing/system_mounts.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>

#include "03-mount/mount.hpp"
#include "07-unionfs/process/joining.hpp"
#include "07-unionfs/storage/group_mounts.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

constexpr char kShm[] = "/dev/shm";
constexpr char kGroups[] = "/sys/fs/cgroup";

static void enter(const Fd& namespaces, int kinds) {
  if (::setns(namespaces.get(), kinds) == -1)
    throw_errno({"enter the namespace of --pid or --ipc"});
}

// A detached copy of the other container's /dev/shm: only a process in its mount namespace can make
// one (open_tree(2)). Its /dev/shm could be a link by now, or another mount.
static Fd copy_shm(const Fd& process) {
  const Fd own = open_namespace("/proc/self/ns/mnt");
  enter(process, CLONE_NEWNS);
  Fd copy(::open_tree(AT_FDCWD, kShm, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW));
  const int error = errno;
  enter(own, CLONE_NEWNS);
  struct statfs status;
  if (!copy) throw_errno({"open the other container's /dev/shm"}, error);
  if (::fstatfs(copy.get(), &status) == -1 || status.f_type != TMPFS_MAGIC) {
    throw Failure("the other container's /dev/shm is no tmpfs");
  }
  mount_attr attributes{};  // whatever the other container made of its mount
  attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  attributes.propagation = MS_PRIVATE;
  set_attributes(copy.get(), kShm, attributes, false);
  return copy;
}

// Before mqueue is mounted, which shows the IPC namespace of the process that mounts it.
static Fd join_ipc(const NamespaceMode& ipc) {
  if (!ipc.process) return Fd();
  explain({"nsenter --ipc --target …  # container ", ipc.container});
  Fd shm = copy_shm(*ipc.process);
  enter(*ipc.process, CLONE_NEWIPC);
  return shm;
}

static void resize(const MountPoint& shm, const Bytes& size) {
  const std::string option = join({"size=", std::to_string(size.count)});
  explain({"mount -o remount,", option, " ", quoted(shm.name())});
  constexpr unsigned long kAsBefore = MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (::mount("", shm.handle().c_str(), "", kAsBefore, option.c_str()) == -1) {
    throw_errno({"change the size of ", shm.name()});
  }
}

static void set_up_shm(const std::string& root, const SharingOptions& options, const Fd& theirs) {
  constexpr int64_t kUsual = 64 << 20;  // step 3's
  const std::string& mode = options.ipc.mode;
  if (theirs) {
    if (!attach_tree(theirs.get(), MountPoint(root, kShm).fd())) throw_errno({"mount ", kShm});
  } else if (mode == "host") {
    bind(kShm, MountPoint(root, kShm), false);
  } else if (mode == "none") {
    const MountPoint shm(root, kShm);
    explain({"umount ", quoted(shm.name())});
    if (::umount2(shm.handle().c_str(), MNT_DETACH) == -1) throw_errno({"umount ", shm.name()});
  } else if (options.shm_size.count != 0 && options.shm_size.count != kUsual) {
    resize(MountPoint(root, kShm), options.shm_size);
  }
}

static void show_groups(const std::string& root, const GroupView& view) {
  if (view.groups.empty()) return;
  std::vector<std::string> words{"nosuid", "nodev", "noexec"};
  if (!view.writable) words.emplace_back("ro");
  mount_groups(root, kGroups, parse_mount_options(words), view.groups, false);
}

void mount_system(const std::string& root, const SharingOptions& options,
                  const Namespaces& namespaces, const GroupView& view) {
  // Once it has the other container's few rights, too, that one's processes could read it in /proc.
  if (options.pid.process) ::prctl(PR_SET_DUMPABLE, 0);  // until execve(2)
  const Fd shm = join_ipc(options.ipc);
  mount_basics(root).release();
  set_up_shm(root, options, shm);
  bind_devices(root, options.devices);
  if (namespaces.own(CLONE_NEWNS)) show_groups(root, view);
}

JoinedPids::JoinedPids(const NamespaceMode& mode) {
  if (!mode.process) return;
  own_ = open_namespace("/proc/self/ns/pid");
  explain({"nsenter --pid --target …  # container ", mode.container});
  enter(*mode.process, CLONE_NEWPID);
}

JoinedPids::~JoinedPids() {
  if (own_ && ::setns(own_.get(), CLONE_NEWPID) == -1) warn({"cannot leave the PID namespace"});
}

}  // namespace stepbox
