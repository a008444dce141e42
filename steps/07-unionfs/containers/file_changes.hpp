// Step 7. The changes of a container: its files compared with those of its image. For diff, commit.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_FILE_CHANGES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_FILE_CHANGES_HPP_

#include <set>
#include <string>
#include <vector>

#include "07-unionfs/containers/record.hpp"
#include "07-unionfs/files/tar_writer.hpp"
#include "common/fd.hpp"

namespace stepbox {

struct Change {
  char kind;         // 'A' added, 'C' changed, 'D' deleted: as in `docker diff`
  std::string path;  // absolute in the container: "/etc/motd"
};

// The arguments of compare().
struct Comparison {
  const Fd& own;                           // the directory that the container writes to
  bool whole;                              // `own` has all files (--storage copy): no upper layer
  const std::vector<std::string>& layers;  // of the image, the uppermost first
  std::set<std::string> mount_points;      // created by stepbox: a change only if files are in them
};

// The changes, sorted by path. A directory has changed if its mode, its owner or a file in it has.
// The files of a deleted directory are not listed. Changes the working directory, as Tree does.
// Throws system_error.
std::vector<Change> compare(const Comparison& comparison);

// The directory that a container writes to: overlay's upper layer, or its copy of the image.
Fd open_own_files(const Record& record);

// compare() for a container.
std::vector<Change> changes_of(const Record& record);

// Writes the changes as a layer: added and changed files of `tree`, whiteouts for deleted ones.
void add_changes(TarWriter& tar, Tree& tree, const std::vector<Change>& changes);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_FILE_CHANGES_HPP_
