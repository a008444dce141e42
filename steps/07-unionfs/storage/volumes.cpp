#include "07-unionfs/storage/volumes.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "07-unionfs/storage/mount_options.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/mount_api.hpp"
#include "common/text.hpp"

namespace stepbox {

// What --tmpfs may change; after these come the options of tmpfs itself (tmpfs(5)), with a value.
constexpr const char* kOptions[] = {"ro",   "rw",    "nosuid",    "suid",     "noexec",
                                    "exec", "nodev", "noatime",   "size",     "mode",
                                    "uid",  "gid",   "nr_inodes", "nr_blocks"};
constexpr auto kWithValue = std::begin(kOptions) + 8;

static void check_option(const std::string& option) {
  const size_t equals = option.find('=');
  const auto known = std::find(std::begin(kOptions), std::end(kOptions), option.substr(0, equals));
  if (known != std::end(kOptions) && (known >= kWithValue) == (equals != option.npos)) return;
  throw Failure(join({"'", option, "' is not an option of tmpfs"}),
                "as size=64m, mode=700, uid=1000, ro, exec");
}

void parse_value(const std::string& text, Tmpfs& tmpfs) {
  const size_t colon = text.find(':');
  MountOptions all = parse_mount_options({"nosuid", "nodev", "noexec", "mode=1777"});
  tmpfs = {text.substr(0, colon), all.flags, all.data};
  if (!text.starts_with('/') || tmpfs.destination.find_first_not_of('/') == std::string::npos) {
    throw Failure(join({"'", text, "' is not DST[:OPTION,...]"}), "DST is a directory below /");
  }
  if (colon == std::string::npos) return;
  const std::vector<std::string> options = split(text.substr(colon + 1), ',');
  for (const std::string& option : options) check_option(option);
  all = parse_mount_options(options, all);  // tmpfs takes the last value
  tmpfs = {tmpfs.destination, all.flags, all.data};
}

void add_options(CommandLine& cli, std::vector<Tmpfs>& tmpfs) {
  cli.list("--tmpfs", "DST[:OPTION,...]", tmpfs, "Mount a tmpfs, such as /tmp:size=64m");
}

// Creates an empty directory or file.
static bool make_entry(const Fd& parent, const std::string& name, bool directory) {
  if (directory) return ::mkdirat(parent.get(), name.c_str(), 0755) == 0;
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  return static_cast<bool>(Fd(::openat(parent.get(), name.c_str(), kNew, 0644)));
}

// The path with the link, whose target does not exist, replaced by that.
static std::string follow(const Fd& parent, const std::string& name, const std::string& folder,
                          const std::string& rest) {
  char target[PATH_MAX] = "";
  if (::readlinkat(parent.get(), name.c_str(), target, sizeof target - 1) == -1) return "";
  return (target[0] == '/' ? "" : folder) + target + rest;
}

void make_mount_point(const std::string& root, const std::string& path, bool directory) {
  const Fd top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) throw_errno({"open rootfs ", root});
  if (open_below(top, path)) return;
  for (size_t begin = 1, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const std::string here = path.substr(0, end);
    if (end == begin || open_below(top, here)) continue;
    const bool is_directory = directory || end < path.size();
    explain({is_directory ? "mkdir " : "touch ", quoted(root + here)});
    const int reason = errno;
    const Fd parent = open_below(top, path.substr(0, begin));
    const std::string name = path.substr(begin, end - begin);
    if (make_entry(parent, name, is_directory)) continue;
    const int error = errno;
    const std::string target = follow(parent, name, path.substr(0, begin), path.substr(end));
    if (error == EEXIST && reason == ENOENT && !target.empty()) {
      return make_mount_point(root, target, directory);
    }
    throw_errno({"make the mount point ", root, here}, error == EEXIST ? reason : error);
  }
}

MountPoint find_mount_place(const std::string& root, const std::string& destination,
                            bool may_be_in_proc) {
  MountPoint place(root, destination);
  struct statfs status;
  if (::fstatfs(place.fd(), &status) == -1) throw_errno({"stat ", place.name()});
  if (status.f_type != PROC_SUPER_MAGIC || may_be_in_proc) return place;
  throw Failure(join({"mount on ", destination, ": the path is in /proc"}),
                "name another directory");
}

std::vector<std::string> destinations(const std::vector<ContainerVolume>& volumes) {
  std::vector<std::string> paths;
  for (const ContainerVolume& volume : volumes) paths.push_back(volume.destination);
  return paths;
}

static void mount_tree(const Fd& tree, const std::string& source, const MountPoint& place) {
  explain({"mount --rbind ", quoted(source), " ", quoted(place.name()), "  # prepared before"});
  if (!attach_tree(tree.get(), place.fd())) throw_errno({"mount ", source, " on ", place.name()});
}

static void mount_volume(const std::string& root, const ContainerVolume& volume) {
  struct stat status;
  if (volume.tree ? ::fstat(volume.tree->get(), &status) == -1
                  : ::stat(volume.source.c_str(), &status) == -1) {
    if (errno != EACCES) throw_errno({"open ", volume.source});
    throw Failure(join({"open ", volume.source, ": Permission denied"}),
                  "in a user namespace root may be nobody outside: chmod o+x what is above it");
  }
  make_mount_point(root, volume.destination, S_ISDIR(status.st_mode));
  const MountPoint place = find_mount_place(root, volume.destination);
  if (volume.tree) return mount_tree(*volume.tree, volume.source, place);
  bind(volume.source, place, volume.read_only);
}

static void mount_tmpfs(const std::string& root, const Tmpfs& tmpfs) {
  make_mount_point(root, tmpfs.destination, true);
  mount_new("tmpfs", find_mount_place(root, tmpfs.destination), tmpfs.flags, tmpfs.data.c_str());
}

void mount_volumes(const std::string& root, const std::vector<ContainerVolume>& volumes,
                   const std::vector<Tmpfs>& tmpfs) {
  struct Entry {
    const ContainerVolume* volume;
    const Tmpfs* tmpfs;
    std::ptrdiff_t depth;
  };
  const auto depth_of = [](const std::string& path) {
    return std::count(path.begin(), path.end(), '/');
  };
  std::vector<Entry> entries;
  for (const ContainerVolume& volume : volumes) {
    entries.push_back({&volume, nullptr, depth_of(volume.destination)});
  }
  for (const Tmpfs& memory : tmpfs) {
    entries.push_back({nullptr, &memory, depth_of(memory.destination)});
  }
  ::umask(022);  // docker's; the caller's would keep other users of the container out
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.depth < b.depth; });
  for (const Entry& entry : entries) {
    if (entry.volume) {
      mount_volume(root, *entry.volume);
    } else {
      mount_tmpfs(root, *entry.tmpfs);
    }
  }
}

}  // namespace stepbox
