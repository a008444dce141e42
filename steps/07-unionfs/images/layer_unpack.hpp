// Step 7. Unpacks the tar of a layer.
//
// A tar is not trusted: it may name files outside of the layer, by `..`, by an absolute path, or
// through a symbolic link that it contains itself. So a child whose root directory is the layer's
// directory unpacks it; there an absolute path begins, and no link leads out. A layer deletes files
// of lower layers by empty files, overlayfs in another way:
//
//   .wh.NAME       deletes NAME                     a character device 0/0 called NAME
//   .wh..wh..opq   hides the directories below      the attribute trusted.overlay.opaque=y
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/files/digest.hpp"

namespace stepbox {

struct Unpacked {
  std::string blob_digest;  // 64 or 128 hex digits, as `digits`
  std::string diff_id;      // 64 hex digits
  int64_t size = 0;         // bytes in all files
  bool whole = false;       // it ends as a complete tar does
};

// Unpacks `layer` into tree/, which is empty, in `directory`, and keeps there what packs the same
// tar again (tar_recipe.hpp). Keeps owners, modes, times, extended attributes and hard links; skips
// device nodes with a warning. `digits` of the blob's digest: 64 for SHA-256, 128 for SHA-512.
// `what` is the text of the progress line. ^C ends it. Throws Failure for a truncated or malicious
// archive, system_error for a full disk; the content of the directory is undefined then.
Unpacked unpack(Blob layer, const std::string& directory, size_t digits, const std::string& what);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_LAYER_UNPACK_HPP_
