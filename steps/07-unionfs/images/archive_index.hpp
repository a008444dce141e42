// Step 7. Lists the images in an archive: in docker's format, or an OCI image layout.
// (github.com/opencontainers/image-spec, image-layout.md)
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/archive_files.hpp"

namespace stepbox {

// A file of an image in an archive.
struct ImagePart {
  std::string file;
  std::string digest;  // 64 hex digits (SHA-256) or 128 (SHA-512); empty: not given
};
struct ArchivedImage {
  std::vector<std::string> names;  // NAME:TAG; may be empty
  ImagePart config;                // no file: see `old_config`
  std::vector<ImagePart> layers;   // the lowest first
  std::string old_config = {};     // of docker before 1.10: a config file without diff ids
};

// Lists the images of a docker archive (manifest.json; before docker 1.10: repositories), of a
// directory that skopeo wrote (dir:), or of an OCI layout (index.json). Of an image for several
// platforms it takes this machine's. Other platforms, signatures and other artifacts are passed
// over, with one warning. `name` names a single image without a name of its own; in a layout, a
// name that is only a tag (as skopeo and umoci write it) becomes a tag of `name`.
// Throws Failure: none of these formats, no image for this platform, or a wrong digest.
std::vector<ArchivedImage> list_images(const ArchiveFiles& files, const std::string& name);

// Reads a file of the image. Throws Failure if its digest does not match.
std::string checked_text(const ArchiveFiles& files, const ImagePart& part);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_INDEX_HPP_
