// Step 7. Mounts volumes and tmpfs over the layers.
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_

#include <memory>
#include <string>
#include <vector>

#include "03-mount/mount.hpp"
#include "common/cli.hpp"

namespace stepbox {

// What a container has by -v, by --mount or by a VOLUME of its image: a path of the host, or a
// volume of the store (volumes/). Recorded, but for `tree`.
struct ContainerVolume : Volume {
  std::string name = {};         // of a volume of the store; empty: `source` is the host's
  bool anonymous = false;        // the name was made up, so the volume goes with the container
  bool copy = true;              // an empty volume takes the image's files
  bool make_source = false;      // -v: a source that is missing becomes a directory
  std::string mode = {};         // the options of -v, as inspect shows them
  std::string propagation = {};  // "rslave"; empty: rprivate
  // [parent] The mount, attached nowhere, if the child cannot make it from the source: with mapped
  // ids, or a propagation. Made for each start.
  std::shared_ptr<const Fd> tree = {};
};

// The paths in the container.
std::vector<std::string> destinations(const std::vector<ContainerVolume>& volumes);

// The value of --tmpfs DST[:OPTION,…]. The defaults are mode 1777, noexec and nosuid; options may
// change these. nodev always holds.
struct Tmpfs {
  std::string destination;
  unsigned long flags = 0;  // MS_*
  std::string data;         // options of the file system: "mode=1777,size=64m"
};
void parse_value(const std::string& text, Tmpfs& tmpfs);  // throws Failure
void add_options(CommandLine& cli, std::vector<Tmpfs>& tmpfs);

// [child] mkdir -p below `root`; creates an empty file instead if `directory` is false. Neither
// `..` nor a symbolic link leads out of `root`; the missing target of a link is made. Throws
// system_error.
void make_mount_point(const std::string& root, const std::string& path, bool directory);

// [child] Opens a mount point below `root`. A symbolic link in the image could lead a mount into
// /proc: its files would then pass for the kernel's, and masked paths would lie below the mount
// (CVE-2019-16884, CVE-2023-27561). Throws Failure for such a place, unless `may_be_in_proc`.
MountPoint find_mount_place(const std::string& root, const std::string& destination,
                            bool may_be_in_proc = false);

// [child] Creates the mount points and mounts all of them, parents before children. The mounts end
// with the mount namespace. Throws system_error.
void mount_volumes(const std::string& root, const std::vector<ContainerVolume>& volumes,
                   const std::vector<Tmpfs>& tmpfs);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_VOLUMES_HPP_
