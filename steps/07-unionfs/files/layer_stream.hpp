// Step 7. A layer on its way from a blob to its files: unpacked, and both digests taken of it.
//
//   blob  --sha256-->  gzip, xz, zstd or plain  --sha256-->  tar
//
// The digest of a blob is by which an image names it in an archive. Once unpacked it is its diff
// id, by which the layer is stored: the same whoever packed it.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_

#include <vector>

#include "07-unionfs/files/archive_handle.hpp"
#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/progress.hpp"
#include "common/error.hpp"

namespace stepbox {

// gzip, xz, zstd, or none of them.
void support_filters(archive* handle);

// Throws system_error for a full disk, else Failure: `what`, and what libarchive has to say.
[[noreturn]] void throw_archive(archive* handle, Words what);

class LayerStream {
 public:
  // Throws Failure for what is no such file.
  LayerStream(Blob blob, Progress& progress);
  LayerStream(const LayerStream&) = delete;

  // The next bytes of what was unpacked; none at the end. Valid until the next call.
  std::string_view next();

  // Reads what is left, so that the digests are of all.
  void drain();
  std::string blob_digest() { return blob_sum_.hex(); }
  std::string diff_id() { return plain_sum_.hex(); }
  bool ends_with_zeros() const { return zeros_ >= 512; }  // as every whole tar does

 private:
  static la_ssize_t read_blob(archive* handle, void* self, const void** data);

  Blob blob_;
  Progress& progress_;
  std::vector<char> buffer_;
  Sha256 blob_sum_, plain_sum_;
  size_t zeros_ = 0;
  bool ended_ = false;
  Archive unpacker_;  // last: it reads through the members before
};

// What `blob` holds when it is unpacked (gzip, xz, zstd), as an unnamed file in `directory`. ^C
// ends it. Throws Failure.
Blob uncompressed(Blob blob, const std::string& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_
