#include "07-unionfs/console/detach_keys.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

static char parse_key(const std::string& name) {
  constexpr std::string_view kCtrl = "ctrl-";
  if (name.size() == 1) return name[0];
  if (name.size() == kCtrl.size() + 1 && name.starts_with(kCtrl)) {
    const char key = name.back();
    if ((key >= 'a' && key <= 'z') || std::string_view("@[\\]^_").find(key) != std::string::npos) {
      return key & 0x1f;  // ascii(7): control characters
    }
  }
  throw Failure(join({"'", name, "' is not a key"}), "a character, or ctrl-a to ctrl-z");
}

void parse_value(const std::string& text, DetachKeys& keys) {
  keys.keys.clear();
  for (const std::string& name : split(text, ',')) keys.keys += parse_key(name);
}

std::string KeyWatch::filter(std::string_view typed, bool* found) {
  std::string rest;
  for (const char key : typed) {
    if (key != keys_[matched_]) {
      rest += keys_.substr(0, std::exchange(matched_, 0));  // the prefix was ordinary input
    }
    if (key != keys_[matched_]) {
      rest += key;
    } else if (++matched_ == keys_.size()) {
      *found = true;
      break;
    }
  }
  return rest;
}

}  // namespace stepbox
