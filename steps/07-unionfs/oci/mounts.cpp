// The mounts and devices of an OCI config.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "03-mount/mount.hpp"
#include "07-unionfs/oci/bundle.hpp"
#include "07-unionfs/storage/mount_options.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/mount_api.hpp"
#include "common/program.hpp"

namespace stepbox {
namespace {

// Programs such as lxcfs put files of their own over these.
constexpr const char* kReplaceable[] = {"/proc/cpuinfo", "/proc/diskstats",
                                        "/proc/meminfo", "/proc/stat",
                                        "/proc/swaps",   "/proc/uptime",
                                        "/proc/loadavg", "/proc/slabinfo",
                                        "/proc/net/dev", "/proc/sys/kernel/ns_last_pid"};

bool is_directory(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == -1) throw_errno({"open ", path});
  return S_ISDIR(status.st_mode);
}

MountPoint find_place(const std::string& root, const std::string& destination) {
  const bool replaceable = std::find(std::begin(kReplaceable), std::end(kReplaceable),
                                     destination) != std::end(kReplaceable);
  return find_mount_place(root, destination, replaceable || destination == "/proc");
}

// mount_setattr(2) of a mount, and with AT_RECURSIVE of those below. EINVAL: nothing is asked.
void set_attributes(int fd, const std::string& name, uint64_t set, uint64_t cleared,
                    unsigned recursive) {
  if (set == 0 && cleared == 0) return;
  mount_attr attributes{};
  attributes.attr_set = set;
  attributes.attr_clr = cleared;
  if (::mount_setattr(fd, "", AT_EMPTY_PATH | recursive, &attributes, sizeof attributes) == -1) {
    throw_errno({"set the options of the mount on ", name});
  }
}

void set_propagation(const MountPoint& place, unsigned long flags) {
  if (flags != 0 && ::mount(nullptr, place.handle().c_str(), nullptr, flags, nullptr) == -1) {
    throw_errno({"set the propagation of ", place.name()});
  }
}

// The copy is detached until all is set: no process ever sees it with fewer restrictions.
void mount_bind(const std::string& root, const OciMount& mount, const MountOptions& options) {
  make_mount_point(root, mount.destination, is_directory(mount.source));
  const MountPoint place = find_place(root, mount.destination);
  const unsigned recursive = options.flags & MS_REC ? AT_RECURSIVE : 0;
  const Fd copy(
      ::open_tree(AT_FDCWD, mount.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive));
  if (!copy) throw_errno({"bind ", mount.source});
  set_attributes(copy.get(), place.name(), options.set, options.cleared, 0);
  set_attributes(copy.get(), place.name(), options.set_below, options.cleared_below, AT_RECURSIVE);
  if (::move_mount(copy.get(), "", place.fd(), "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == -1) {
    throw_errno({"bind ", mount.source, " on ", place.name()});
  }
  set_propagation(MountPoint(root, mount.destination), options.propagation);
}

// Each tree's group of the container below a tmpfs, as in /sys/fs/cgroup of a v1 host; on pure v2
// the group itself.
void mount_cgroups(const std::string& root, const OciMount& mount, const MountOptions& options,
                   const std::vector<GroupDirectory>& groups) {
  const bool read_only = options.flags & MS_RDONLY;
  make_mount_point(root, mount.destination, true);
  if (groups.size() == 1 && groups.front().hierarchy().v2) {
    bind(groups.front().path(), find_place(root, mount.destination), read_only);
    const MountPoint mounted(root, mount.destination);
    return set_attributes(mounted.fd(), mounted.name(), options.set,
                          options.cleared & MOUNT_ATTR__ATIME, 0);
  }
  mount_new("tmpfs", find_place(root, mount.destination), MS_NOSUID | MS_NODEV | MS_NOEXEC,
            "mode=755");
  for (const GroupDirectory& group : groups) {
    const std::string& base = group.hierarchy().base;
    const std::string name =
        join({mount.destination, "/", std::filesystem::path(base).filename().string()});
    make_mount_point(root, name, true);
    bind(group.path(), find_place(root, name), read_only);
  }
  const MountPoint top(root, mount.destination);
  set_attributes(top.fd(), top.name(), options.set, options.cleared & MOUNT_ATTR__ATIME,
                 AT_RECURSIVE);
}

// tmpcopyup: a tmpfs begins with the files that it hides. `hidden` was opened before the mount. The
// program cp(1) sees this process in /proc, whose ids are those of another PID namespace.
void copy_up(const MountPoint& hidden, const MountPoint& mounted) {
  const std::string files = join({"/proc/", read_link("/proc/self"), "/fd/"});
  run_program({"cp", "-a", join({files, std::to_string(hidden.fd()), "/."}),
               files + std::to_string(mounted.fd())},
              "", 0);
}

// A tmpfs takes its mode from the directory that it hides, unless an option gives one.
std::string data_of(const OciMount& mount, const MountOptions& options, const MountPoint& place) {
  if (mount.type != "tmpfs" || options.data.find("mode=") != std::string::npos) return options.data;
  struct stat status;
  if (::fstat(place.fd(), &status) == -1) throw_errno({"stat ", place.name()});
  char mode[16];
  ::snprintf(mode, sizeof mode, "mode=%o", status.st_mode & 07777);
  return options.data.empty() ? mode : options.data + "," + mode;
}

// With a link for /proc another container could move what is to be masked (CVE-2019-19921).
void check_is_ordinary(const std::string& root, const OciMount& mount, const MountPoint& place) {
  if (mount.type != "proc" && mount.type != "sysfs") return;
  if (place.name() == root + mount.destination) return;
  throw Failure(join({"mount ", mount.type, " on ", mount.destination,
                      ": it must be an ordinary directory, not a link"}));
}

// In a user namespace the kernel refuses these where it does not own what they show: then the
// host's mount is bound (user_namespaces(7)).
bool may_be_bound(const std::string& type) {
  return type == "proc" || type == "sysfs" || type == "mqueue";
}

void mount_file_system(const std::string& root, const OciMount& mount,
                       const MountOptions& options) {
  make_mount_point(root, mount.destination, true);
  const MountPoint place = find_place(root, mount.destination);
  check_is_ordinary(root, mount, place);
  const std::string source = mount.source.empty() ? mount.type : mount.source;
  const std::string data = data_of(mount, options, place);
  const bool late = mount.type == "tmpfs";  // read-only in the end: see mount_all()
  if (::mount(source.c_str(), place.handle().c_str(), mount.type.c_str(),
              late ? options.flags & ~static_cast<unsigned long>(MS_RDONLY) : options.flags,
              data.c_str()) == -1) {
    if (errno != EPERM || !may_be_bound(mount.type)) {
      throw_errno({"mount ", mount.type, " on ", place.name()});
    }
    return bind(mount.type == "sysfs"  ? "/sys"
                : mount.type == "proc" ? "/proc"
                                       : "/dev/mqueue",
                place, options.flags & MS_RDONLY);
  }
  const MountPoint mounted(root, mount.destination);
  if (options.copy_up) copy_up(place, mounted);
  set_attributes(mounted.fd(), mounted.name(), options.set_below, options.cleared_below,
                 AT_RECURSIVE);
  set_propagation(mounted, options.propagation);
}

void mount_one(const OciConfig& config, const OciMount& mount,
               const std::vector<GroupDirectory>& groups) {
  const MountOptions options = parse_mount_options(mount.options);
  if (options.map_ids || !mount.uid_maps.empty()) {
    throw Failure(join({"mount on ", mount.destination, ": mapped ids are not supported"}));
  }
  if (mount.type == "bind" || options.flags & MS_BIND) {
    mount_bind(config.root, mount, options);
  } else if (mount.type == "cgroup" || mount.type == "cgroup2") {
    mount_cgroups(config.root, mount, options, groups);
  } else {
    mount_file_system(config.root, mount, options);
  }
}

// --- devices ------------------------------------------------------------------------------

constexpr std::tuple<const char*, unsigned, unsigned> kDefaultDevices[] = {
    {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
    {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};

mode_t type_of(char type) { return type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR; }

// False where mknod(2) is not permitted, as in a user namespace.
bool make_node(const Fd& parent, const std::string& name, const OciDevice& device) {
  const mode_t mode = type_of(device.type) | device.mode;
  const dev_t number = device.type == 'p' ? 0 : makedev(device.major, device.minor);
  if (::mknodat(parent.get(), name.c_str(), mode, number) == -1) {
    if (errno == EEXIST) return true;
    if (errno != EPERM) throw_errno({"mknod ", device.path});
    return false;
  }
  if (::fchownat(parent.get(), name.c_str(), device.uid, device.gid, AT_SYMLINK_NOFOLLOW) == -1) {
    throw_errno({"set the owner of ", device.path});
  }
  return true;
}

void make_device(const std::string& root, const OciDevice& device) {
  const size_t slash = device.path.rfind('/');
  const std::string folder = device.path.substr(0, slash), name = device.path.substr(slash + 1);
  if (!folder.empty()) make_mount_point(root, folder, true);
  const Fd top = open_directory(root);
  const Fd parent = open_below(top, folder.empty() ? "/" : folder);
  if (!parent) throw_errno({"open ", folder});
  if (make_node(parent, name, device)) return;
  make_mount_point(root, device.path, false);
  bind(device.path, MountPoint(root, device.path), false);
}

void make_links(const std::string& root) {
  const Fd top = open_directory(root);
  const Fd dev = open_below(top, "/dev");
  constexpr std::pair<const char*, const char*> kLinks[] = {{"/proc/self/fd", "fd"},
                                                            {"/proc/self/fd/0", "stdin"},
                                                            {"/proc/self/fd/1", "stdout"},
                                                            {"/proc/self/fd/2", "stderr"},
                                                            {"pts/ptmx", "ptmx"}};
  for (const auto& [target, name] : kLinks) {
    if (dev && ::symlinkat(target, dev.get(), name) == -1 && errno != EEXIST) {
      throw_errno({"link /dev/", name});
    }
  }
}

}  // namespace

// A tmpfs is read-only when all is made in it. With the host's /dev no device is made: it would be
// the host's.
void mount_all(const OciConfig& config, const std::vector<GroupDirectory>& groups) {
  ::umask(0);
  bool hosts_devices = false;
  for (const OciMount& mount : config.mounts) {
    mount_one(config, mount, groups);
    hosts_devices = hosts_devices || (mount.destination == "/dev" && mount.type == "bind");
  }
  if (!hosts_devices) {
    for (const auto& [path, major, minor] : kDefaultDevices) {
      make_device(config.root, {.path = path, .major = major, .minor = minor});
    }
    for (const OciDevice& device : config.devices) make_device(config.root, device);
    make_links(config.root);
  }
  ::umask(022);
  make_mount_point(config.root, config.process->cwd, true);
  for (const OciMount& mount : config.mounts) {
    if (mount.type != "tmpfs" || !(parse_mount_options(mount.options).flags & MS_RDONLY)) continue;
    const MountPoint mounted(config.root, mount.destination);
    set_attributes(mounted.fd(), mounted.name(), MOUNT_ATTR_RDONLY, 0, 0);
  }
}

}  // namespace stepbox
