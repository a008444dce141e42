// Step 7. Archives of docker before 1.10, which had no config files: a file `repositories` with
// names, and for each layer a directory with `json`, which names the layer below, and `layer.tar`.
// (github.com/moby/docker-image-spec, v1.0)
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_OLD_ARCHIVE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_OLD_ARCHIVE_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/archive_index.hpp"

namespace stepbox {

// The images in such an archive; each has an `old_config`. Throws Failure.
std::vector<ArchivedImage> list_old_images(const ArchiveFiles& files);

// Completes an `old_config` to a config file: adds the diff ids of its layers.
std::string with_diff_ids(const std::string& old_config, const std::vector<std::string>& diff_ids);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_OLD_ARCHIVE_HPP_
