// Step 7. Takes images from archives into the store.
#ifndef STEPBOX_STEPS_07_UNIONFS_REGISTRY_IMAGE_LOADING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_REGISTRY_IMAGE_LOADING_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/image_staging.hpp"

namespace stepbox {

// Adds an image of an archive to the store, under its names; one for another architecture with a
// warning. Returns its id. Throws Failure; then the store is as before.
std::string load_image(const ArchiveFiles& files, const ArchivedImage& image);

// The same for the only image in a directory that skopeo or buildah wrote (dir:), under `names`.
std::string load_folder(const std::string& folder, const std::vector<std::string>& names,
                        const Staging& staging);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_REGISTRY_IMAGE_LOADING_HPP_
