// Step 7. A name, looked up as a process would whose root directory is another one.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_

#include <sys/stat.h>

#include <optional>
#include <string>

#include "common/fd.hpp"

namespace stepbox {

struct ScopedPath {
  Fd directory;                            // that the file is in; -1 if that is not there either
  std::string name;                        // in it; "." is the directory itself
  std::optional<struct stat> status = {};  // none: there is no such file

  bool is_directory() const { return status && S_ISDIR(status->st_mode); }
  // The directory that this is. Throws system_error.
  Fd open() const;
};

// Finds `path` below `root`. No `..` and no symbolic link leads out of it; one that `path` itself
// names is followed if so asked, or if a slash comes after it.
// Throws system_error: too many links, or a file where a directory should be.
ScopedPath look_up(const Fd& root, std::string path, bool follow);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_SCOPED_PATH_HPP_
