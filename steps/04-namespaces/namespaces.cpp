#include "04-namespaces/namespaces.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "02-chroot/chroot.hpp"
#include "03-mount/mountinfo.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

void unshare_cgroup_namespace(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWCGROUP)) return;
  explain({"unshare --cgroup"});
  if (::unshare(CLONE_NEWCGROUP) == -1) throw_errno({"unshare the cgroup namespace"});
}

void make_mounts_private(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWNS)) return;
  explain({"mount --make-rprivate /"});
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == -1) {
    throw_errno({"make all mounts private"});
  }
}

// LAB: pivot
void pivot_into(const std::string& rootfs, const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWNS)) return enter_chroot(rootfs);
  explain({"cd ", quoted(rootfs)});
  if (::chdir(rootfs.c_str()) == -1) throw_errno({"chdir ", rootfs});
  // The same directory twice: the old root is stacked on the new one, then detached. So no
  // directory is needed to hold it (pivot_root(2), "pivot_root(".", ".")").
  explain({"pivot_root . ."});
  if (::syscall(SYS_pivot_root, ".", ".") == -1) throw_errno({"pivot_root into ", rootfs});
  explain({"umount --lazy ."});
  if (::umount2(".", MNT_DETACH) == -1) throw_errno({"umount the old root"});
  explain({"cd /"});
  if (::chdir("/") == -1) throw_errno({"chdir / in ", rootfs});
}

void set_hostname(const Namespaces& namespaces) {
  const std::string name = namespaces.hostname_inside();
  if (name.empty()) return;
  explain({"hostname ", quoted(name)});
  if (::sethostname(name.data(), name.size()) == -1) throw_errno({"set the host name to ", name});
}

SharedMounts::SharedMounts(const std::string& rootfs, const Namespaces& namespaces) {
  if (namespaces.own(CLONE_NEWNS)) return;
  lock_ = Fd(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_ || !try_lock(lock_, rootfs)) {
    throw Failure(join({"rootfs ", rootfs, " is used by another container with --share mount"}),
                  "wait for its end");
  }
  rootfs_ = rootfs;
  for (const MountEntry& entry : read_mountinfo()) before_.push_back(entry.id);
}

SharedMounts::~SharedMounts() {
  if (!rootfs_.empty()) unmount_below(rootfs_, before_);
}

}  // namespace stepbox
