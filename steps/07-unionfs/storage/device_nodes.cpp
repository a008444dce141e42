#include "07-unionfs/storage/device_nodes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <tuple>

#include "03-mount/mount.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static mode_t type_of(const DeviceNode& device) {
  return device.type == 'b' ? S_IFBLK : device.type == 'p' ? S_IFIFO : S_IFCHR;
}

static dev_t number_of(const DeviceNode& device) {
  return device.type == 'p' ? 0 : makedev(device.major, device.minor);
}

// config-linux.md: another file at the place is an error. A link would lead programs elsewhere.
static void check_is_same(const Fd& parent, const std::string& name, const DeviceNode& device) {
  struct stat status;
  if (::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == -1) {
    throw_errno({"stat ", device.path});
  }
  if ((status.st_mode & S_IFMT) == type_of(device) && status.st_rdev == number_of(device)) return;
  throw Failure(join({"mknod ", device.path, ": another file is there"}));
}

// False where mknod(2) is not permitted, as in a user namespace.
static bool make_node(const Fd& parent, const std::string& name, const DeviceNode& device) {
  const mode_t mode = type_of(device) | device.mode;
  if (::mknodat(parent.get(), name.c_str(), mode, number_of(device)) == -1) {
    if (errno != EEXIST && errno != EPERM) throw_errno({"mknod ", device.path});
    if (errno == EPERM) return false;
    check_is_same(parent, name, device);
    return true;
  }
  if (::fchownat(parent.get(), name.c_str(), device.uid, device.gid, AT_SYMLINK_NOFOLLOW) == -1) {
    throw_errno({"set the owner of ", device.path});
  }
  return true;
}

// Opens a directory below `root`, and makes it if it is missing.
static Fd open_folder(const std::string& root, const std::string& folder) {
  if (!folder.empty()) make_mount_point(root, folder, true);
  Fd opened = open_below(open_directory(root), folder.empty() ? "/" : folder);
  if (!opened) throw_errno({"open ", folder});
  return opened;
}

// `parent`: the open directory of its path.
static void make_in(const std::string& root, const Fd& parent, const DeviceNode& device) {
  if (make_node(parent, device.path.substr(device.path.rfind('/') + 1), device)) return;
  make_mount_point(root, device.path, false);
  bind(device.path, MountPoint(root, device.path), false);
}

void make_device(const std::string& root, const DeviceNode& device) {
  make_in(root, open_folder(root, device.path.substr(0, device.path.rfind('/'))), device);
}

static void make_links(const Fd& dev) {
  constexpr std::pair<const char*, const char*> kLinks[] = {{"/proc/self/fd", "fd"},
                                                            {"/proc/self/fd/0", "stdin"},
                                                            {"/proc/self/fd/1", "stdout"},
                                                            {"/proc/self/fd/2", "stderr"},
                                                            {"pts/ptmx", "ptmx"}};
  for (const auto& [target, name] : kLinks) {
    if (::symlinkat(target, dev.get(), name) == -1 && errno != EEXIST) {
      throw_errno({"link /dev/", name});
    }
  }
}

void make_default_devices(const std::string& root) {
  constexpr std::tuple<const char*, unsigned, unsigned> kDevices[] = {
      {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
      {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};
  const Fd dev = open_folder(root, "/dev");
  for (const auto& [path, major, minor] : kDevices) {
    make_in(root, dev, {.path = path, .major = major, .minor = minor});
  }
  make_links(dev);
}

}  // namespace stepbox
