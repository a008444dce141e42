// Step 7. Signals by name or number, as users write them. (signal(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_SIGNAL_NAMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_SIGNAL_NAMES_HPP_

#include <string>

namespace stepbox {

// "TERM", "SIGTERM", "sigterm", "15", "RTMIN+3".
struct Signal {
  int number = 0;  // 0: not set
};
void parse_value(const std::string& text, Signal& signal);  // throws Failure

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_SIGNAL_NAMES_HPP_
