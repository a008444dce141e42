// Step 7. Decompresses a layer, and computes its two digests on the way.
//
//   blob  --sha256-->  gzip, bzip2, xz, zstd or plain  --sha256-->  tar
//
// An image manifest names a blob by the digest of the compressed bytes. The store names a layer by
// its diff id, the digest of the uncompressed tar: it does not depend on the compressor.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_

#include <exception>
#include <vector>

#include "07-unionfs/files/archive_handle.hpp"
#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/progress.hpp"

namespace stepbox {

// Enables gzip, bzip2, xz, zstd and no compression.
void support_filters(archive* handle);

class LayerStream {
 public:
  // `digits`: of the blob's digest, 64 or 128. Throws Failure if the blob is not in a supported
  // format.
  LayerStream(Blob blob, Progress& progress, size_t digits = 64);
  LayerStream(const LayerStream&) = delete;

  // The next decompressed bytes; empty at the end. Valid until the next call.
  std::string_view next();

  // Reads up to the end, so that the digests cover all bytes.
  void drain();
  std::string blob_digest() { return blob_sum_.hex(); }
  std::string diff_id() { return plain_sum_.hex(); }
  bool ends_with_zeros() const { return zeros_ >= 512; }  // the end of every complete tar (tar(5))

 private:
  static la_ssize_t read_blob(archive* handle, void* self, const void** data);
  [[noreturn]] void fail();

  Blob blob_;
  Progress& progress_;
  std::vector<char> buffer_;
  Digest blob_sum_, plain_sum_;
  std::exception_ptr failure_;  // of read_blob(); kept here, as none may pass through C code
  size_t zeros_ = 0;
  bool ended_ = false;
  Archive unpacker_;  // last: its destructor may still read through the members above
};

// Decompresses `blob` into an unnamed file in `directory`. ^C ends it. Throws Failure.
Blob uncompressed(Blob blob, const std::string& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_STREAM_HPP_
