// Step 7. The first use of a volume: an empty one takes the image's files.
//
//   staging/XXXXXX/N      a copy of the image's directory, by cp(1), which may take long; without a
//   lock volumes/NAME/first    the same, renamed as soon as it is whole: from here on it is decided
//   volumes/NAME/_data    its entries one by one, then its mode, owner and attributes
//
// `_data` itself is never replaced: a container may have it mounted already. Of several that copy
// at once one renames first, the others then find a volume that is not empty. What a killed process
// left in `first` is moved by the next that uses the volume.
#ifndef STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_CONTENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_CONTENT_HPP_

#include <string>
#include <vector>

#include "07-unionfs/storage/volumes.hpp"

namespace stepbox {

// [parent] Fills those of `volumes` that are empty, unless nocopy is given. `layers`: of the image,
// the topmost first. Throws system_error; Failure if the image has a file at the place, or if the
// copy fails: then the volume is as before.
void fill_volumes(const std::vector<ContainerVolume>& volumes,
                  const std::vector<std::string>& layers);

// [parent] Moves what is left in `first`; waits for a process that does so.
void complete_content(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_CONTENT_HPP_
