// Step 7. The keys that leave a container alone with itself: ctrl-p ctrl-q, unless others are told.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_DETACH_KEYS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_DETACH_KEYS_HPP_

#include <string>
#include <string_view>

namespace stepbox {

// "ctrl-p,ctrl-q", "a", "ctrl-@,x": letters, or ctrl- and one of a-z @ [ \ ] ^ _.
struct DetachKeys {
  std::string keys = "\x10\x11";
};
void parse_value(const std::string& text, DetachKeys& keys);  // throws Failure

// Looks for them in what is typed.
class KeyWatch {
 public:
  explicit KeyWatch(const DetachKeys& keys) : keys_(keys.keys) {}

  // What of it is for the container: not the keys, and not yet their beginning, for the next key
  // tells which it is. Sets `*found` when they were typed; what follows them is for nobody.
  std::string filter(std::string_view typed, bool* found);

 private:
  std::string keys_;
  size_t matched_ = 0;  // so many of them were typed last
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DETACH_KEYS_HPP_
