// Step 7. Walks a tree of files entry by entry. (fts(3))
//
// The tree may change during the walk, and may be hostile: no symbolic link is followed, and a
// directory that is replaced while the walk is inside of it is an error.
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
  // Walks `name` in `directory` and everything below; `.` is the directory itself. Changes the
  // working directory of the process as it walks; the destructor restores it.
  explicit Tree(const Fd& directory, const std::string& name = ".");
  Tree(const Tree&) = delete;
  ~Tree();

  // Returns the next entry, sorted by name; null at the end. A directory comes twice: as FTS_D
  // before its entries, as FTS_DP after them. `fts_accpath` is relative to the working directory.
  // Skips an entry that was removed before it could be read.
  // Throws system_error: `read /a/b: …`.
  FTSENT* next();

  // The path of an entry from the root of the tree: "/a/b", and "" for the root itself.
  std::string path_of(const FTSENT& entry) const;

 private:
  Fd directory_before_;
  size_t name_length_;
  std::string place_;  // the current directory, for error messages
  FTS* stream_;
};

// The bytes in the files of a tree; a file with several hard links counts once. 0 if the tree does
// not exist. Throws system_error.
int64_t size_of_tree(const std::string& path);

// The same for a tree that the caller can read: starts no child process to read it.
int64_t size_of_own_tree(const std::string& path);

// Gives the directory `to` the mode, owner and times of `from`. Throws system_error.
void copy_directory_attributes(const std::string& from, const std::string& to);

// A whiteout: overlayfs marks a deleted file by a character device 0/0.
// (Documentation/filesystems/overlayfs.rst)
inline bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

// Whether overlayfs hides the directories below this one: trusted.overlay.opaque, or in a user
// namespace user.overlay.opaque. Does not follow a symbolic link.
bool is_opaque(const std::string& path);

// The names of a file's extended attributes (llistxattr(2)); empty where the file system does not
// support them. Throws system_error.
std::vector<std::string> list_xattrs(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_FILE_TREE_HPP_
