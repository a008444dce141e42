#include "07-unionfs/process/signal_names.hpp"

#include <signal.h>
#include <string.h>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

// The number of the signal `name`, in capitals and without SIG; 0 if there is none.
static int number_of(const std::string& name) {
  for (int number = 1; number < SIGRTMIN; ++number) {
    const char* known = ::sigabbrev_np(number);
    if (known && name == known) return number;
  }
  // Of the real-time signals only the first and the last have names: RTMIN+N, RTMAX-N.
  if (name == "RTMIN") return SIGRTMIN;
  if (name == "RTMAX") return SIGRTMAX;
  const int64_t steps = name.size() > 6 ? parse_number(name.substr(6)).value_or(-1) : -1;
  if (steps < 0 || steps > SIGRTMAX - SIGRTMIN) return 0;
  if (name.starts_with("RTMIN+")) return SIGRTMIN + static_cast<int>(steps);
  if (name.starts_with("RTMAX-")) return SIGRTMAX - static_cast<int>(steps);
  return 0;
}

void parse_value(const std::string& text, Signal& signal) {
  std::string name = in_upper_case(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  const auto number = parse_number(name);
  signal.number = number && *number > 0 && *number <= SIGRTMAX ? static_cast<int>(*number)
                  : number                                     ? 0
                                                               : number_of(name);
  if (signal.number == 0) {
    throw Failure(join({"'", text, "' is not a signal"}), "as TERM, SIGTERM or 15: see kill -l");
  }
}

}  // namespace stepbox
