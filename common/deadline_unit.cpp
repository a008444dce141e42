// Does wait_until() end at its deadline, however slow the condition is?
#include <doctest/doctest.h>

#include "common/deadline.hpp"

namespace stepbox {

using Clock = std::chrono::steady_clock;

TEST_CASE("a slow condition does not extend the deadline") {
  const auto start = Clock::now();
  const auto slow = [] {
    const timespec time{0, 20'000'000};
    ::nanosleep(&time, nullptr);
    return false;
  };
  CHECK_FALSE(wait_until(1, slow));
  CHECK(Clock::now() - start < std::chrono::seconds(3));  // 200 s, if tries were counted
}

TEST_CASE("a condition is tested at once, often at first, then every 1 ms, and at the deadline") {
  CHECK(wait_until(0, [] { return true; }));
  int calls = 0;
  const auto start = Clock::now();
  Clock::time_point last;
  CHECK_FALSE(wait_until(1, [&] {
    ++calls;
    last = Clock::now();
    return false;
  }));
  CHECK(last - start >= std::chrono::seconds(1));
  CHECK(calls > 10);
  CHECK(calls < 1'100);
}

}  // namespace stepbox
