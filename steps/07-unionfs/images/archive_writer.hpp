// Step 7. Images, written as an archive that other tools read: an OCI layout, with docker's own
// table of contents beside it. (github.com/opencontainers/image-spec, image-layout.md)
//
// Layers are not kept as they came, packed, but as files: so they are packed anew, the same way
// each time. One that somebody else has packed gets another digest by that; the config that is
// saved names the layers that are in the archive, so its own digest, the image's id, changes with
// it. An image that was made or saved here keeps its id.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_

#include <string>
#include <vector>

#include "07-unionfs/files/tar_writer.hpp"

namespace stepbox {

struct SavedImage {
  std::string name;                 // for people
  std::string config;               // its config file
  std::vector<std::string> names;   // NAME:TAG; none: nobody will find it by a name
  std::vector<std::string> layers;  // directories, the uppermost first
};

// Reads each layer twice: a tar wants the size of a file before its content, an image the digest.
// Throws Failure when a layer changes meanwhile.
void write_images(Sink& sink, const std::vector<SavedImage>& images);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_WRITER_HPP_
