// Step 7. Resolves a path as a process chrooted to another root would, without chroot(2).
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_

#include <sys/stat.h>

#include <optional>
#include <string>

#include "common/fd.hpp"

namespace stepbox {

struct ScopedPath {
  Fd directory;                            // contains the file; -1 if it does not exist either
  std::string name;                        // within `directory`; "." is the directory itself
  std::optional<struct stat> status = {};  // empty: no such file

  bool is_directory() const { return status && S_ISDIR(status->st_mode); }
  // Opens it as a directory. Throws system_error.
  Fd open() const;
};

// Resolves `path` below `root`; neither `..` nor a symbolic link leads out of it. A link in the
// last component is followed if `follow` is set or the path ends with a slash. Throws system_error:
// ELOOP, ENOTDIR.
ScopedPath look_up(const Fd& root, std::string path, bool follow);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_
