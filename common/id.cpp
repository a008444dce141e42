#include "common/id.hpp"

#include <sys/random.h>

#include "common/error.hpp"

namespace stepbox {

std::string new_id() {
  unsigned char bytes[32];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw_errno({"get random bytes"});
  std::string id;
  for (unsigned char byte : bytes) {
    id += "0123456789abcdef"[byte >> 4];
    id += "0123456789abcdef"[byte & 15];
  }
  return id;
}

}  // namespace stepbox
