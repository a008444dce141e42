// Step 7. Where the entries of a tar archive are written, for layers and for `cp`.
//
// An archive is not trusted, and neither are the links that are there already. The process has its
// own root directory, so no link leads out of it; names that lead out by `..` are refused besides.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_ENTRY_PATHS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_ENTRY_PATHS_HPP_

#include <string>

struct archive_entry;

namespace stepbox {

// Normalises the name of a tar entry to a path below the archive's root: `./etc//x/`, `/etc/x` and
// `a/../etc/x` become etc/x, the root itself "". Throws Failure for one that leads out, as `../x`.
std::string path_of_entry(const char* name);

// Removes what is there, unless it is a directory and `for_directory` is set. Returns whether it
// removed something.
bool make_room(const std::string& path, bool for_directory);

// [child] After chroot(2).
class EntryPaths {
 public:
  // Links are followed within the root directory; or, where they would be followed on the host,
  // none: a container may have made them by an earlier copy.
  enum class Links { kWithinRoot, kNone };

  // `directory`: what the names are relative to; a path without a slash at either end.
  explicit EntryPaths(std::string directory = {}, Links links = Links::kWithinRoot)
      : directory_(std::move(directory)), links_(links) {}

  // The path of an entry in the root directory, without symbolic links but perhaps the last
  // component. Makes the directories above it. Throws system_error; Failure for a name that leads
  // out.
  std::string of(const char* name);

  // The same for a directory, with all links followed; empty if it does not exist.
  std::string of_directory(const std::string& path) const;

  // Call it when a file was removed: what was resolved before may be wrong.
  void forget() { folder_.clear(); }

  // Sets the entry's own path and the target of a hard link to resolved ones. False if the entry is
  // a hard link to itself, which needs no writing. Throws Failure if the target is missing.
  bool resolve(archive_entry* entry, const std::string& path);

 private:
  void walk(const std::string& path, std::string& here, int& links, bool make) const;

  std::string directory_;
  Links links_;
  std::string folder_, resolved_;  // the last directory: most entries are in the same as before
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_ENTRY_PATHS_HPP_
