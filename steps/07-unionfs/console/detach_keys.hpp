// Step 7. The key sequence that detaches from a container: ctrl-p ctrl-q by default.
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

// Searches the typed input for the sequence.
class KeyWatch {
 public:
  explicit KeyWatch(const DetachKeys& keys) : keys_(keys.keys) {}

  // Returns the part of the input that goes to the container: without the sequence, and without a
  // prefix of it at the end, which the next key decides about. Sets `*found` when the sequence is
  // complete; the input after it is discarded.
  std::string filter(std::string_view typed, bool* found);

 private:
  std::string keys_;
  size_t matched_ = 0;  // length of the prefix typed so far
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DETACH_KEYS_HPP_
