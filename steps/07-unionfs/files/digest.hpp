// Step 7. SHA-256, by which images and their layers are named.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_

#include <openssl/sha.h>

#include <string>
#include <string_view>

namespace stepbox {

// Of what comes piece by piece.
class Sha256 {
 public:
  Sha256();
  void add(const void* data, size_t size);
  std::string hex();  // 64 digits; once, at the end

 private:
  SHA256_CTX state_;
};

std::string sha256(std::string_view text);

// The 64 digits of "sha256:…". Throws Failure for anything else: a digest becomes a file's name.
std::string hex_of_digest(const std::string& digest);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
