// Step 7. The options -v, --mount and --volumes-from, with docker's meaning.
#ifndef STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_OPTIONS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/storage/volumes.hpp"
#include "common/cli.hpp"

namespace stepbox {

// -v [SRC:]DST[:OPTION,…]. A SRC with a slash, or that begins with a dot, is a path of the host;
// any other is the name of a volume. Without SRC: an anonymous volume. Throws Failure.
void parse_value(const std::string& text, ContainerVolume& volume);

// --mount KEY=VALUE,…: a volume, a path of the host, or a tmpfs.
struct MountOption {
  ContainerVolume volume;
  Tmpfs tmpfs;
  bool is_tmpfs = false;
};
void parse_value(const std::string& text, MountOption& mount);  // throws Failure

// --volumes-from CONTAINER[:ro|:rw].
struct VolumesFrom {
  std::string container;
  bool read_only = false;
};
void parse_value(const std::string& text, VolumesFrom& from);  // throws Failure

// Adds the three, and --tmpfs.
struct VolumeOptions {
  std::vector<MountOption> mounts;
  std::vector<VolumesFrom> from;
};
void add_options(CommandLine& cli, std::vector<ContainerVolume>& volumes, std::vector<Tmpfs>& tmpfs,
                 VolumeOptions& others);

// After parsing: moves `mounts` to the other two lists. Throws Failure for two things at one place.
void sort_mounts(std::vector<MountOption>& mounts, std::vector<ContainerVolume>& volumes,
                 std::vector<Tmpfs>& tmpfs);

// A path in a container without `.`, `..` and slashes that are too many, as docker cleans it.
// Throws Failure, which tells `text`, for the root and for a path that is not absolute.
std::string clean_destination(const std::string& text, const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_OPTIONS_HPP_
