// The mounts of an OCI config.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>

#include "03-mount/mount.hpp"
#include "07-unionfs/oci/bundle.hpp"
#include "07-unionfs/storage/group_mounts.hpp"
#include "07-unionfs/storage/mount_options.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/mount_api.hpp"
#include "common/program.hpp"

namespace stepbox {
namespace {

// Programs such as lxcfs put files of their own over these.
constexpr const char* kReplaceable[] = {"/proc/cpuinfo",
                                        "/proc/diskstats",
                                        "/proc/meminfo",
                                        "/proc/stat",
                                        "/proc/swaps",
                                        "/proc/uptime",
                                        "/proc/loadavg",
                                        "/proc/slabinfo",
                                        "/proc/net/dev",
                                        "/proc/sys/kernel/ns_last_pid",
                                        "/proc/sys/crypto/fips_enabled"};

MountPoint find_place(const std::string& root, const std::string& destination) {
  const bool replaceable = std::find(std::begin(kReplaceable), std::end(kReplaceable),
                                     destination) != std::end(kReplaceable);
  return find_mount_place(root, destination, replaceable || destination == "/proc");
}

void change(const MountPoint& mounted, uint64_t set, uint64_t cleared, bool below) {
  if ((set | cleared) == 0) return;
  mount_attr attributes{};
  attributes.attr_set = set;
  attributes.attr_clr = cleared;
  set_attributes(mounted.fd(), mounted.name(), attributes, below);
}

void change(const MountPoint& mounted, const MountOptions& options) {
  change(mounted, options.set, options.cleared, false);
  change(mounted, options.set_below, options.cleared_below, true);
}

void propagate(const MountPoint& mounted, unsigned long flags) {
  if (flags != 0) set_propagation(mounted.handle(), mounted.name(), flags);
}

// The tree is detached until all is set: no process ever sees it with fewer restrictions.
void mount_bind(const OciConfig& config, const OciMount& mount, MountSources& sources) {
  const MountPoint tree(sources.take(mount));
  struct stat status;
  if (::fstat(tree.fd(), &status) == -1) throw_errno({"stat ", mount.source});
  make_mount_point(config.root, mount.destination, S_ISDIR(status.st_mode));
  const MountPoint place = find_place(config.root, mount.destination);
  mount_attr inherited{};
  inherited.propagation = propagation_from_host(config);
  set_attributes(tree.fd(), mount.source, inherited, true);
  change(tree, mount.options);
  if (!attach_tree(tree.fd(), place.fd())) {
    throw_errno({"bind ", mount.source, " on ", place.name()});
  }
  set_propagation(tree.handle(), place.name(), mount.options.propagation);
}

// "bind,remount": the options of the mount that is there.
void change_mount(const std::string& root, const OciMount& mount) {
  const MountPoint mounted(root, mount.destination);
  change(mounted, mount.options);
  propagate(mounted, mount.options.propagation);
}

// tmpcopyup: a tmpfs begins with the files that it hides. `hidden` was opened before the mount. The
// program cp(1) sees this process in /proc, whose ids are those of another PID namespace. It finds
// directories by name, and another container may replace them by links meanwhile: none is followed.
void copy_up(const MountPoint& hidden, const MountPoint& mounted) {
  const Fd tree = copy_tree(hidden.fd(), "", AT_RECURSIVE);
  mount_attr no_links{MOUNT_ATTR_NOSYMFOLLOW, 0, MS_PRIVATE, 0};
  if (!tree) throw_errno({"open ", hidden.name()});
  set_attributes(tree.get(), hidden.name(), no_links, true);
  const std::string files = join({"/proc/", read_link("/proc/self"), "/fd/"});
  run_program({"cp", "-a", join({files, std::to_string(tree.get()), "/."}),
               files + std::to_string(mounted.fd())},
              "", 0);
}

// A tmpfs takes its mode from the directory that it hides, unless an option gives one.
std::string mode_of(const OciMount& mount, const MountPoint& place) {
  if (mount.type != "tmpfs" || mount.options.data.find("mode=") != std::string::npos) return "";
  struct stat status;
  if (::fstat(place.fd(), &status) == -1) throw_errno({"stat ", place.name()});
  char mode[16];
  ::snprintf(mode, sizeof mode, "mode=%o", status.st_mode & 07777);
  return mode;
}

// These have labels of their own for each file; mqueue is labelled when it is mounted.
std::string context_of(const OciConfig& config, const OciMount& mount) {
  const bool own = mount.type == "proc" || mount.type == "sysfs" || mount.type == "mqueue";
  return own || config.mount_label.empty() ? "" : join({"context=\"", config.mount_label, "\""});
}

std::string data_of(const OciConfig& config, const OciMount& mount, const MountPoint& place) {
  std::string data = mount.options.data;
  for (const std::string& more : {mode_of(mount, place), context_of(config, mount)}) {
    if (!more.empty()) data += (data.empty() ? "" : ",") + more;
  }
  return data;
}

void label_mqueue(const OciConfig& config, const MountPoint& mounted) {
  const std::string& label = config.mount_label;
  if (!label.empty() && ::setxattr(mounted.handle().c_str(), "security.selinux", label.c_str(),
                                   label.size() + 1, 0) == -1) {
    throw_errno({"label ", mounted.name()});
  }
}

// With a link for /proc another container could move what is to be masked (CVE-2019-19921).
void check_is_ordinary(const std::string& root, const OciMount& mount, const MountPoint& place) {
  if (mount.type != "proc" && mount.type != "sysfs") return;
  if (place.name() == root + mount.destination) return;
  throw Failure(join({"mount ", mount.type, " on ", mount.destination,
                      ": it must be an ordinary directory, not a link"}));
}

// The host's mount, where the kernel refuses a new one because the user namespace does not own the
// namespace that it shows (user_namespaces(7)). With that owned, the host's would show too much.
std::string hosts_own(const OciConfig& config, const std::string& type) {
  constexpr std::tuple<const char*, int, const char*> kShown[] = {
      {"proc", CLONE_NEWPID, "/proc"},
      {"sysfs", CLONE_NEWNET, "/sys"},
      {"mqueue", CLONE_NEWIPC, "/dev/mqueue"}};
  for (const auto& [known, flag, path] : kShown) {
    if (type == known && !config.find_namespace(flag)) return path;
  }
  return "";
}

void mount_file_system(const OciConfig& config, const OciMount& mount) {
  make_mount_point(config.root, mount.destination, true);
  const MountPoint place = find_place(config.root, mount.destination);
  check_is_ordinary(config.root, mount, place);
  const std::string source = mount.source.empty() ? mount.type : mount.source;
  const std::string data = data_of(config, mount, place);
  const unsigned long late = mount.type == "tmpfs" ? MS_RDONLY : 0;  // see mount_all()
  if (::mount(source.c_str(), place.handle().c_str(), mount.type.c_str(),
              mount.options.flags & ~late, data.c_str()) == -1) {
    const std::string hosts = hosts_own(config, mount.type);
    if (errno != EPERM || hosts.empty()) throw_errno({"mount ", mount.type, " on ", place.name()});
    return bind(hosts, place, mount.options.flags & MS_RDONLY);
  }
  const MountPoint mounted(config.root, mount.destination);
  if (mount.options.copy_up) copy_up(place, mounted);
  if (mount.type == "mqueue") label_mqueue(config, mounted);
  change(mounted, mount.options.set_below, mount.options.cleared_below, true);
  propagate(mounted, mount.options.propagation);
}

void mount_one(const OciConfig& config, const OciMount& mount,
               const std::vector<GroupDirectory>& groups, MountSources& sources) {
  if (mount.is_bind()) {
    if (mount.options.flags & MS_REMOUNT) return change_mount(config.root, mount);
    mount_bind(config, mount, sources);
  } else if (mount.type == "cgroup" || mount.type == "cgroup2") {
    mount_groups(config.root, mount.destination, mount.options, groups, mount.type == "cgroup2");
  } else {
    mount_file_system(config, mount);
  }
}

}  // namespace

// A tmpfs is read-only when all is made in it. With the host's /dev no device is made: it would be
// the host's.
void mount_all(const OciConfig& config, const std::vector<GroupDirectory>& groups,
               MountSources& sources) {
  if (!config.mount_label.empty() && !exists("/sys/fs/selinux/enforce")) {
    throw Failure("config.json: linux.mountLabel: SELinux is not enabled");
  }
  ::umask(0);
  bool hosts_devices = false;
  for (const OciMount& mount : config.mounts) {
    mount_one(config, mount, groups, sources);
    hosts_devices = hosts_devices || (mount.destination == "/dev" && mount.is_bind());
  }
  if (!hosts_devices) {
    make_default_devices(config.root);
    for (const DeviceNode& device : config.devices) {
      // That one stays a link to the container's own devpts.
      if (device.path != "/dev/ptmx") make_device(config.root, device);
    }
  }
  ::umask(022);
  make_mount_point(config.root, config.process->cwd, true);
  for (const OciMount& mount : config.mounts) {
    if (mount.type != "tmpfs" || !(mount.options.flags & MS_RDONLY)) continue;
    change(MountPoint(config.root, mount.destination), MOUNT_ATTR_RDONLY, 0, false);
  }
}

}  // namespace stepbox
