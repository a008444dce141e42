// Step 7. The volumes of one container: their names when it is created, their mounts before each
// start.
#ifndef STEPBOX_STEPS_07_UNIONFS_VOLUMES_CONTAINER_VOLUMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VOLUMES_CONTAINER_VOLUMES_HPP_

#include <string>
#include <vector>

#include "07-unionfs/storage/volumes.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Adds `more`, with options of --volumes-from, where nothing is mounted yet.
void add_volumes_of(const std::vector<ContainerVolume>& more, bool read_only,
                    std::vector<ContainerVolume>& volumes, const std::vector<Tmpfs>& tmpfs);

// Adds an anonymous volume for each VOLUME of the image (`paths`) where nothing is mounted, and
// gives all volumes their names and sources. Throws Failure for a path that is the root.
void name_volumes(const std::vector<std::string>& paths, std::vector<ContainerVolume>& volumes,
                  const std::vector<Tmpfs>& tmpfs);

// [parent] Makes the volumes that do not exist, and fills empty ones (volume_content.hpp).
// Anonymous ones are `container`'s. Returns locks: nobody removes the volumes while they are open.
std::vector<Fd> make_volumes(const std::vector<ContainerVolume>& volumes,
                             const std::vector<std::string>& layers, const std::string& container);

// [parent] Before each start: makes the directories of the host that -v names, and the mounts that
// the child cannot make. `user_namespace`: the container has one. Throws Failure if a source is
// missing, or if its mount has not the propagation that is asked for.
void prepare_volumes(std::vector<ContainerVolume>& volumes, bool user_namespace);

// The names of the anonymous ones.
std::vector<std::string> anonymous_names(const std::vector<ContainerVolume>& volumes);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VOLUMES_CONTAINER_VOLUMES_HPP_
