// Step 7. A tree of files, read entry by entry. (fts(3))
//
// The tree may change meanwhile, and belong to somebody who would like us to read elsewhere: no
// symbolic link is followed, and a directory that something else was put in place of is an error.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_FILE_TREE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_FILE_TREE_HPP_

#include <fts.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

class Tree {
 public:
  // `name` in `directory`, and all below; `.` is the directory itself. As long as this lives, the
  // working directory of the process moves along in it.
  explicit Tree(const Fd& directory, const std::string& name = ".");
  Tree(const Tree&) = delete;
  ~Tree();

  // The next entry, sorted by name: FTS_D in front of what is in a directory, FTS_DP behind it, all
  // others once. Null at the end. Its `fts_accpath` is its name from the working directory.
  // Throws system_error: `read /a/b: …`. Skips what is gone by the time it is looked at.
  FTSENT* next();

  // Where an entry is below the tree's beginning: "/a/b", and "" for that itself.
  std::string path_of(const FTSENT& entry) const;

 private:
  Fd directory_before_;
  size_t name_length_;
  std::string place_;  // the directory that we are in, as far as an error needs it
  FTS* stream_;
};

// Bytes in the files of a tree, each counted once though it have several names; 0 without a tree.
// Throws system_error.
int64_t size_of_tree(const std::string& path);

// Overlay's mark for a file that is gone. (Documentation/filesystems/overlayfs.rst)
inline bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

// Overlay's mark for a directory that hides the one below: trusted.overlay.opaque, or in a user
// namespace user.overlay.opaque. Follows no symbolic link.
bool is_opaque(const std::string& path);

// The names of a file's extended attributes. (llistxattr(2)) Empty where the file system has none.
// Throws system_error.
std::vector<std::string> list_xattrs(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_FILE_TREE_HPP_
