// SHA256_Init(3) and its siblings are deprecated in OpenSSL 3, but they link 10 kB instead of all
// of EVP, whose set-up costs 1 to 2 ms at each start.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "07-unionfs/files/digest.hpp"

#include "common/error.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

Digest::Digest(size_t digits) : is_long_(digits == 2 * SHA512_DIGEST_LENGTH) {
  ::SHA256_Init(&short_);
  ::SHA512_Init(&long_);
}

void Digest::add(const void* data, size_t size) {
  if (is_long_) {
    ::SHA512_Update(&long_, data, size);
  } else {
    ::SHA256_Update(&short_, data, size);
  }
}

std::string Digest::hex() {
  unsigned char bytes[SHA512_DIGEST_LENGTH];
  if (is_long_) {
    ::SHA512_Final(bytes, &long_);
  } else {
    ::SHA256_Final(bytes, &short_);
  }
  const size_t size = is_long_ ? SHA512_DIGEST_LENGTH : SHA256_DIGEST_LENGTH;
  return as_hex({bytes, size});
}

std::string digest_of(std::string_view text, size_t digits) {
  Digest sum(digits);
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

std::string hex_of_any_digest(const std::string& digest) {
  constexpr std::string_view kPrefix = "sha512:";
  if (!digest.starts_with(kPrefix)) return hex_of_digest(digest);
  const std::string digits = digest.substr(kPrefix.size());
  if (digits.size() == 128 && is_id(digits.substr(0, 64)) && is_id(digits.substr(64))) {
    return digits;
  }
  throw Failure(join({"'", digest, "' is no digest"}), "sha512: and 128 hexadecimal digits");
}

}  // namespace stepbox
