// Step 7. The images in an archive: docker's own kind, or a layout of the Open Container
// Initiative. (github.com/opencontainers/image-spec, image-layout.md)
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/archive_files.hpp"

namespace stepbox {

// An image in an archive, and where its parts are.
struct ImagePart {
  std::string file;
  std::string digest;  // 64 hex digits; empty: the archive does not say
};
struct ArchivedImage {
  std::vector<std::string> names;  // NAME:TAG; none: it has none
  ImagePart config;
  std::vector<ImagePart> layers;  // the lowest first
};

// The images in a docker archive (manifest.json), in what skopeo writes to dir:FOLDER, or in an OCI
// layout (index.json), of several platforms this machine's. `name` is that of a folder's or a
// layout's only image if it has none itself; a name in a layout that is a tag only, as skopeo and
// umoci write it, is a tag of it.
// Throws Failure: none of them, an image for other machines only, a digest that is not that of the
// file.
std::vector<ArchivedImage> list_images(const ArchiveFiles& files, const std::string& name);

// A file of the image; throws Failure when its digest is another.
std::string checked_text(const ArchiveFiles& files, const ImagePart& part);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_
