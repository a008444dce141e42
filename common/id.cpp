#include "common/id.hpp"

#include <sys/random.h>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string new_id() {
  unsigned char bytes[32];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw_errno({"get random bytes"});
  return as_hex(bytes);
}

std::string short_id(const std::string& id) { return id.substr(0, 12); }

bool is_id(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace stepbox
