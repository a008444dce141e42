// Step 7. Writes images as an archive: an OCI image layout that also has docker's manifest.json.
// (github.com/opencontainers/image-spec, image-layout.md)
//
// The store keeps the files of a layer, and what else its tar held (tar_recipe.hpp), so a layer is
// packed again byte for byte. Where that is not possible, as for a tar with two entries of one
// name, it is packed as `commit` does; then its diff id is another, the saved config names that,
// and the image's id, the digest of its config, changes. A warning says so.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_

#include <string>
#include <vector>

#include "07-unionfs/files/tar_writer.hpp"

namespace stepbox {

struct SavedImage {
  std::string name;                 // for messages
  std::string config;               // text of its config file
  std::vector<std::string> names;   // NAME:TAG; may be empty
  std::vector<std::string> layers;  // diff ids, the lowest first
};

// Reads each layer twice: the first pass computes size and digest, which stand before the content.
// Throws Failure if a layer changes between the passes.
void write_images(Sink& sink, const std::vector<SavedImage>& images);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_
