// Step 7. SHA-256: images and layers are named by it. SHA-512, which an archive may use instead.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_

#include <openssl/sha.h>

#include <string>
#include <string_view>

namespace stepbox {

// The digest of data that arrives in pieces.
class Digest {
 public:
  explicit Digest(size_t digits = 64);  // 64: SHA-256; 128: SHA-512
  void add(const void* data, size_t size);
  std::string hex();  // call it once, after the last add()

 private:
  bool is_long_;
  SHA256_CTX short_;
  SHA512_CTX long_;
};

std::string digest_of(std::string_view text, size_t digits = 64);
inline std::string sha256(std::string_view text) { return digest_of(text); }

// Returns the 64 digits of "sha256:…". Throws Failure for any other text: a digest from an archive
// becomes a file name, so a `/` in it would be a path traversal.
std::string hex_of_digest(const std::string& digest);

// The same for the digest of a file in an archive: of "sha512:…" the 128 digits, too.
std::string hex_of_any_digest(const std::string& digest);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_DIGEST_HPP_
