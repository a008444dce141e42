#include "07-unionfs/storage/volumes.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <iterator>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

struct MountFlag {
  const char* name;
  unsigned long set, cleared;
};

constexpr MountFlag kFlags[] = {{"ro", MS_RDONLY, 0},     {"rw", 0, MS_RDONLY},
                                {"nosuid", MS_NOSUID, 0}, {"suid", 0, MS_NOSUID},
                                {"noexec", MS_NOEXEC, 0}, {"exec", 0, MS_NOEXEC},
                                {"nodev", MS_NODEV, 0},   {"noatime", MS_NOATIME, 0}};

// The options of tmpfs itself (tmpfs(5)).
constexpr const char* kData[] = {"size=", "mode=", "uid=", "gid=", "nr_inodes=", "nr_blocks="};

static void add_option(const std::string& option, Tmpfs& tmpfs) {
  for (const MountFlag& flag : kFlags) {
    if (option != flag.name) continue;
    tmpfs.flags = (tmpfs.flags | flag.set) & ~flag.cleared;
    return;
  }
  if (std::none_of(std::begin(kData), std::end(kData),
                   [&](const char* name) { return option.starts_with(name); })) {
    throw Failure(join({"'", option, "' is not an option of tmpfs"}),
                  "as size=64m, mode=700, uid=1000, ro, exec");
  }
  tmpfs.data += "," + option;  // tmpfs uses the last value
}

void parse_value(const std::string& text, Tmpfs& tmpfs) {
  const size_t colon = text.find(':');
  tmpfs = {text.substr(0, colon), MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777"};
  if (!text.starts_with('/') || tmpfs.destination.find_first_not_of('/') == std::string::npos) {
    throw Failure(join({"'", text, "' is not DST[:OPTION,...]"}), "DST is a directory below /");
  }
  if (colon == std::string::npos) return;
  for (const std::string& option : split(text.substr(colon + 1), ',')) add_option(option, tmpfs);
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

void make_mount_point(const std::string& root, const std::string& path, bool directory) {
  const Fd top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) throw_errno({"open rootfs ", root});
  for (size_t begin = 1, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const std::string here = path.substr(0, end);
    if (end == begin || open_below(top, here)) continue;
    const bool is_directory = directory || end < path.size();
    explain({is_directory ? "mkdir " : "touch ", quoted(root + here)});
    const Fd parent = open_below(top, path.substr(0, begin));
    if (!make_entry(parent, path.substr(begin, end - begin), is_directory)) {
      throw_errno({"make the mount point ", root, here});
    }
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

static void mount_volume(const std::string& root, const Volume& volume) {
  struct stat status;
  if (::stat(volume.source.c_str(), &status) == -1) {
    if (errno != EACCES) throw_errno({"open ", volume.source});
    throw Failure(join({"open ", volume.source, ": Permission denied"}),
                  "in a user namespace root may be nobody outside: chmod o+x what is above it");
  }
  make_mount_point(root, volume.destination, S_ISDIR(status.st_mode));
  bind(volume.source, find_mount_place(root, volume.destination), volume.read_only);
}

static void mount_tmpfs(const std::string& root, const Tmpfs& tmpfs) {
  make_mount_point(root, tmpfs.destination, true);
  mount_new("tmpfs", find_mount_place(root, tmpfs.destination), tmpfs.flags, tmpfs.data.c_str());
}

void mount_volumes(const std::string& root, const std::vector<Volume>& volumes,
                   const std::vector<Tmpfs>& tmpfs) {
  struct Entry {
    const Volume* volume;
    const Tmpfs* tmpfs;
    std::ptrdiff_t depth;
  };
  const auto depth_of = [](const std::string& path) {
    return std::count(path.begin(), path.end(), '/');
  };
  std::vector<Entry> entries;
  for (const Volume& volume : volumes) {
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
