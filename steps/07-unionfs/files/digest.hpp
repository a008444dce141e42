// Step 7. SHA-256: images and layers are named by it.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_

#include <openssl/sha.h>

#include <string>
#include <string_view>

namespace stepbox {

// The digest of data that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  void add(const void* data, size_t size);
  std::string hex();  // 64 digits; call it once, after the last add()

 private:
  SHA256_CTX state_;
};

std::string sha256(std::string_view text);

// Returns the 64 digits of "sha256:…". Throws Failure for any other text: a digest from an archive
// becomes a file name, so a `/` in it would be a path traversal.
std::string hex_of_digest(const std::string& digest);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
