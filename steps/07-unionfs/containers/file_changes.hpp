// Step 7. What a container changed: its files compared with those of its image.
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
  char kind;         // 'A' added, 'C' changed, 'D' deleted: as `docker diff` has it
  std::string path;  // from the container's root: "/etc/motd"
};

// What is compared.
struct Comparison {
  const Fd& own;                           // what the container wrote
  bool whole;                              // it is all there (--storage copy), not an upper layer
  const std::vector<std::string>& layers;  // of the image, the uppermost first
  std::set<std::string> mount_points;      // made by us: no change, unless something is in them
};

// Sorted by path. A directory is changed when its mode or owner is, or something in it; of one that
// was deleted the content is not told. (Moves the working directory, as Tree does.)
// Throws system_error.
std::vector<Change> compare(const Comparison& comparison);

// The directory that a container writes to: overlay's upper layer, or its copy of the image.
Fd open_own_files(const Record& record);

// The same for a container.
std::vector<Change> changes_of(const Record& record);

// Packs the changes as a layer: of `tree` what was added or changed, whiteouts for the rest.
void add_changes(TarWriter& tar, Tree& tree, const std::vector<Change>& changes);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_FILE_CHANGES_HPP_
