#include "common/id.hpp"

#include <sys/random.h>

#include "common/error.hpp"

namespace stepbox {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string new_id() {
  unsigned char bytes[32];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw_errno({"get random bytes"});
  std::string id;
  for (unsigned char byte : bytes) {
    id += kHexDigits[byte >> 4];
    id += kHexDigits[byte & 15];
  }
  return id;
}

bool is_id(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of(kHexDigits) == std::string::npos;
}

}  // namespace stepbox
