// SHA256_Init(3) and its siblings are deprecated in OpenSSL 3, but they link 10 kB instead of all
// of EVP, whose set-up costs 1 to 2 ms at each start.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "07-unionfs/files/digest.hpp"

#include "common/error.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

Sha256::Sha256() { ::SHA256_Init(&state_); }

void Sha256::add(const void* data, size_t size) { ::SHA256_Update(&state_, data, size); }

std::string Sha256::hex() {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
  ::SHA256_Final(bytes, &state_);
  return as_hex(bytes);
}

std::string sha256(std::string_view text) {
  Sha256 sum;
  sum.add(text.data(), text.size());
  return sum.hex();
}

std::string hex_of_digest(const std::string& digest) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!digest.starts_with(kPrefix) || !is_id(digest.substr(kPrefix.size()))) {
    throw Failure(join({"'", digest, "' is no digest"}), "sha256: and 64 hexadecimal digits");
  }
  return digest.substr(kPrefix.size());
}

}  // namespace stepbox
