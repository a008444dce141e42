// Step 7. What is mounted over the layers: volumes, and memory that is gone with the container.
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"
#include "common/cli.hpp"

namespace stepbox {

// One --tmpfs DST[:OPTION,…]: a file system in memory. Unless an option says otherwise: everybody
// may write to it, nothing in it can be run, and no set-user-id bit counts. Devices never do.
struct Tmpfs {
  std::string destination;
  unsigned long flags = 0;  // MS_*
  std::string data;         // what the kernel is to read: "mode=1777,size=64m"
};
void parse_value(const std::string& text, Tmpfs& tmpfs);  // throws Failure
void add_options(CommandLine& cli, std::vector<Tmpfs>& tmpfs);

// Inside. mkdir -p below `root` (and touch, for what is no directory): no `..` and no symbolic link
// leads out of it. Throws system_error.
void make_mount_point(const std::string& root, const std::string& path, bool directory);

// Inside. Mounts them all, each where it is nearer to the root before what is below it, and makes
// the mount points. The mount namespace takes them down. Throws system_error.
void mount_volumes(const std::string& root, const std::vector<Volume>& volumes,
                   const std::vector<Tmpfs>& tmpfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_
