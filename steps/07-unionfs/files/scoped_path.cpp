#include "07-unionfs/files/scoped_path.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "03-mount/mount.hpp"
#include "common/error.hpp"

namespace stepbox {

Fd ScopedPath::open() const {
  Fd opened(
      ::openat(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) throw_errno({"open ", name});
  return opened;
}

// The last component of the path, and the path before it.
static std::pair<std::string, std::string> split_path(const std::string& path) {
  const size_t slash = path.rfind('/') + 1;  // 0 if there is none
  return {path.substr(0, slash), path.substr(slash)};
}

static Fd open_directory(const Fd& root, const std::string& path) {
  Fd directory = open_below(root, "/" + path + "/.");
  if (!directory && errno != ENOENT) throw_errno({"open ", path});
  return directory;
}

static std::optional<struct stat> status_of(const Fd& directory, const std::string& name) {
  struct stat status;
  if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno != ENOENT) throw_errno({"open ", name});
  return {};
}

ScopedPath look_up(const Fd& root, std::string path, bool follow) {
  const bool must_be_directory = path.ends_with('/') || path.ends_with("/.");
  while (path.ends_with('/') || path.ends_with("/.")) path.pop_back();
  follow = follow || must_be_directory;
  for (int links = 0; links < 40; ++links) {  // as many as the kernel follows
    const auto [above, name] = split_path(path);
    if (name.empty() || name == "." || name == "..") {
      Fd directory = open_directory(root, path);
      if (!directory) return {.directory = Fd(), .name = name};
      auto status = status_of(directory, ".");
      return {.directory = std::move(directory), .name = ".", .status = status};
    }
    Fd directory = open_directory(root, above);
    if (!directory) return {.directory = Fd(), .name = name};
    const auto status = status_of(directory, name);
    if (!follow || !status || !S_ISLNK(status->st_mode)) {
      if (must_be_directory && status && !S_ISDIR(status->st_mode)) {
        throw_errno({"open ", path, "/"}, ENOTDIR);
      }
      return {.directory = std::move(directory), .name = name, .status = status};
    }
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(directory.get(), name.c_str(), target, sizeof target);
    if (size == -1) throw_errno({"read the link ", path});
    const std::string link(target, static_cast<size_t>(size));
    path = link.starts_with('/') ? link : above + link;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  }
  throw_errno({"open ", path}, ELOOP);
}

}  // namespace stepbox
