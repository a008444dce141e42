// Waiting for something that nobody tells us of.
#ifndef STEPBOX_COMMON_DEADLINE_HPP_
#define STEPBOX_COMMON_DEADLINE_HPP_

#include <time.h>

namespace stepbox {

// Asks `condition()` again and again, ten times a millisecond, until it is true.
// False if it was not within that many seconds.
template <class Condition>
bool wait_until(int seconds, Condition condition) {
  for (int tries = 0; tries < seconds * 10'000; ++tries) {
    if (condition()) return true;
    const timespec pause{0, 100'000};
    ::nanosleep(&pause, nullptr);
  }
  return false;
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_DEADLINE_HPP_
