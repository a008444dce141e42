#include "03-mount/mount.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/mount_api.hpp"

namespace stepbox {

Mounts::~Mounts() {
  for (auto mount = mounts_.rbegin(); mount != mounts_.rend(); ++mount) {
    explain({"umount --lazy ", quoted(mount->name())});
    // MNT_DETACH: a process may still have its cwd there. Mounts below are detached with it.
    if (::umount2(mount->handle().c_str(), MNT_DETACH) == -1) {
      warn({"umount ", mount->name(), ": ", std::generic_category().message(errno)});
    }
  }
}

Fd open_below(const Fd& root, const std::string& path) {
  return open_resolved(root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

static Fd find(const std::string& rootfs, const std::string& path) {
  const Fd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno({"open rootfs ", rootfs});
  Fd found = open_below(root, path);
  if (!found && errno == ENOENT) {
    const std::string full = rootfs + path;
    throw Failure(join({"no mount point ", full}),
                  join({"make it first: mkdir -p ", quoted(full), " (or touch, for a file)"}));
  }
  if (!found) throw_errno({"open ", path, " in ", rootfs});
  return found;
}

MountPoint::MountPoint(const std::string& rootfs, const std::string& path)
    : MountPoint(find(rootfs, path)) {}

std::string MountPoint::name() const { return read_link(handle()); }

std::string MountPoint::handle() const { return proc_path(fd_); }

static std::string as_options(unsigned long flags, const char* data) {
  std::string options;
  const std::pair<unsigned long, const char*> kNames[] = {
      {MS_RDONLY, "ro,"}, {MS_NOSUID, "nosuid,"}, {MS_NODEV, "nodev,"}, {MS_NOEXEC, "noexec,"}};
  for (const auto& [flag, name] : kNames) {
    if (flags & flag) options += name;
  }
  options += data;
  if (!options.empty() && options.back() == ',') options.pop_back();
  return options.empty() ? "" : " -o " + options;
}

void mount_new(const char* type, const MountPoint& target, unsigned long flags, const char* data) {
  if (explaining()) {
    explain({"mount -t ", type, as_options(flags, data), " stepbox ", quoted(target.name())});
  }
  if (::mount(kMountSource, target.handle().c_str(), type, flags, data) == -1) {
    throw_errno({"mount ", type, " on ", target.name()});
  }
}

// mount(2) takes three calls, MS_BIND, MS_PRIVATE, MS_RDONLY, and the mount is visible and writable
// after the first. open_tree(2) makes a detached copy, mount_setattr(2) (Linux 5.12) changes it
// with all mounts below, move_mount(2) attaches it. LAB: bind
void bind(const std::string& source, const MountPoint& target, bool read_only) {
  const std::string name = explaining() ? quoted(target.name()) : "";
  explain({"mount --rbind --make-rprivate ", quoted(source), " ", name});
  if (read_only) explain({"mount -o remount,bind,ro ", name, "  # and all below"});
  const Fd copy(
      ::open_tree(AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  mount_attr attributes{};
  attributes.attr_set = read_only ? MOUNT_ATTR_RDONLY : 0;
  attributes.propagation = MS_PRIVATE;
  if (!copy ||
      ::mount_setattr(copy.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                      sizeof attributes) == -1 ||
      ::move_mount(copy.get(), "", target.fd(), "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1) {
    if (errno != EINVAL && errno != ENOTDIR) throw_errno({"bind ", source, " on ", target.name()});
    throw Failure(join({"bind ", source, " on ", target.name(), ": ",
                        std::generic_category().message(errno)}),
                  "both must be directories, or both files");
  }
}

// In a user namespace proc, sysfs and mqueue can be mounted only if it owns the PID, network or IPC
// namespace that they show (EPERM otherwise), as with --share. Not every host has mqueue mounted.
static void mount_or_bind(const char* type, const MountPoint& target, unsigned long flags,
                          const std::string& hosts_own) {
  try {
    mount_new(type, target, flags, "");
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::operation_not_permitted) throw;
    if (exists(hosts_own)) bind(hosts_own, target, flags & MS_RDONLY);
  }
}

// Fills /dev: the host's device nodes are bound, because mknod(2) fails in a user namespace. The
// tmpfs is nodev: nodes that are made in it later cannot be opened. The bound nodes are read-only
// mounts: the devices can be written to all the same, but root in the container cannot chmod(2) the
// host's /dev/null.
static void fill_dev(const std::string& rootfs) {
  const MountPoint dev(rootfs, "/dev");
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    explain({"touch ", quoted(dev.name()), "/", name});
    Fd node(::openat(dev.fd(), name, O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!node) throw_errno({"create ", dev.name(), "/", name});
    bind(join({"/dev/", name}), MountPoint(std::move(node)), true);
  }
  const std::pair<const char*, const char*> kLinks[] = {{"pts/ptmx", "ptmx"},
                                                        {"/proc/self/fd", "fd"},
                                                        {"/proc/self/fd/0", "stdin"},
                                                        {"/proc/self/fd/1", "stdout"},
                                                        {"/proc/self/fd/2", "stderr"}};
  for (const auto& [target, name] : kLinks) {
    explain({"ln -s ", target, " ", quoted(dev.name()), "/", name});
    if (::symlinkat(target, dev.fd(), name) == -1) throw_errno({"link ", dev.name(), "/", name});
  }
  for (const char* name : {"pts", "shm", "mqueue"}) {
    explain({"mkdir ", quoted(dev.name()), "/", name});
    if (::mkdirat(dev.fd(), name, 0755) == -1) throw_errno({"mkdir ", dev.name(), "/", name});
  }
}

// LAB: basics
Mounts mount_basics(const std::string& rootfs) {
  // No setuid programs, no devices, no programs at all: none of these has any (mount(8)).
  constexpr unsigned long kSafe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  Mounts mounts;
  mount_or_bind("proc", MountPoint(rootfs, "/proc"), kSafe, "/proc");
  mounts.add(MountPoint(rootfs, "/proc"));
  mount_or_bind("sysfs", MountPoint(rootfs, "/sys"), kSafe | MS_RDONLY, "/sys");
  mounts.add(MountPoint(rootfs, "/sys"));
  mount_new("tmpfs", MountPoint(rootfs, "/dev"), MS_NOSUID | MS_NODEV, "mode=755,size=64k");
  mounts.add(MountPoint(rootfs, "/dev"));  // with all that is mounted below it
  fill_dev(rootfs);
  mount_new("devpts", MountPoint(rootfs, "/dev/pts"), MS_NOSUID | MS_NOEXEC,
            "ptmxmode=0666,mode=0620");
  mount_new("tmpfs", MountPoint(rootfs, "/dev/shm"), kSafe, "mode=1777,size=64m");
  mount_or_bind("mqueue", MountPoint(rootfs, "/dev/mqueue"), kSafe, "/dev/mqueue");
  return mounts;
}

Mounts mount_volumes(const std::string& rootfs, const std::vector<Volume>& volumes) {
  Mounts mounts;
  for (const Volume& volume : volumes) {
    bind(volume.source, MountPoint(rootfs, volume.destination), volume.read_only);
    mounts.add(MountPoint(rootfs, volume.destination));
  }
  return mounts;
}

Mounts bind_onto_itself(const std::string& directory) {
  Mounts mounts;
  bind(directory, MountPoint(directory, "/"), false);
  mounts.add(MountPoint(directory, "/"));
  return mounts;
}

}  // namespace stepbox
