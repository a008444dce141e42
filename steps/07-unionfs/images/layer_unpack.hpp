// Step 7. The files of a layer, from its tar.
//
// A tar is not to be trusted: it may name files outside of the layer, by `..`, by an absolute name,
// or through a symbolic link that it brought itself. So it is unpacked by a child whose root
// directory is the layer's folder, and such names are refused on top. What it deletes of the layers
// below, it says with empty files; overlayfs has its own ways:
//
//   .wh.NAME       NAME is deleted             a character device 0/0 called NAME
//   .wh..wh..opq   nothing below shows         the directory gets trusted.overlay.opaque=y
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/files/digest.hpp"

namespace stepbox {

struct Unpacked {
  std::string blob_digest;  // 64 hex digits each
  std::string diff_id;
  int64_t size = 0;    // of all files' content
  bool whole = false;  // it has the end that a tar must have
};

// Unpacks `layer` into an empty directory; owners, modes, times, extended attributes and hard links
// are kept, device nodes left out with a warning. `what` is said with the progress. ^C ends it.
// Throws Failure for an archive that is torn or evil, system_error for a full disk: the directory
// may then hold anything.
Unpacked unpack(Blob layer, const std::string& directory, const std::string& what);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_
