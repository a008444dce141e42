#include "02-chroot/chroot.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

std::string find_rootfs(const std::string& path) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!::realpath(path.c_str(), absolute) || ::stat(absolute, &status) == -1) {
    if (errno != ENOENT) throw_errno({"open rootfs ", path});
    throw Failure(join({"no such rootfs: ", path}), "`make busybox` makes one, named busybox");
  }
  if (!S_ISDIR(status.st_mode)) {
    throw Failure(join({"rootfs ", path, " is not a directory"}), "unpack an archive first");
  }
  if (std::string_view(absolute) == "/") {
    throw Failure("rootfs / is the host's own root", "name another directory, as busybox");
  }
  return absolute;
}

// LAB: chroot
void enter_chroot(const std::string& rootfs) {
  explain({"chroot ", quoted(rootfs)});
  if (::chroot(rootfs.c_str()) == -1) throw_errno({"chroot ", rootfs});
  explain({"cd /"});
  if (::chdir("/") == -1) throw_errno({"chdir / in ", rootfs});
}

}  // namespace stepbox
