// Polling with a deadline, for a condition that no descriptor and no signal reports.
#ifndef STEPBOX_COMMON_DEADLINE_HPP_
#define STEPBOX_COMMON_DEADLINE_HPP_

#include <time.h>

#include <algorithm>
#include <chrono>

namespace stepbox {

// Calls `condition()` until it returns true, or until `seconds` have passed: then returns false.
// The pause between two calls doubles from 0.1 ms to 1 ms, so that a wait is hardly prolonged and a
// long one costs little CPU. The last call is made at the deadline. What `condition` throws ends
// the wait.
template <class Condition>
bool wait_until(int seconds, Condition condition) {
  using std::chrono::nanoseconds;
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::seconds(seconds);
  for (nanoseconds pause(100'000);;
       pause = std::min<nanoseconds>(2 * pause, nanoseconds(1'000'000))) {
    if (condition()) return true;
    const nanoseconds left = deadline - steady_clock::now();
    if (left.count() <= 0) return false;
    const timespec time{0, static_cast<long>(std::min(pause, left).count())};
    ::nanosleep(&time, nullptr);
  }
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_DEADLINE_HPP_
