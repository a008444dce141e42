// Restart policies.
#include <doctest/doctest.h>

#include "07-unionfs/containers/restart_policy.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

RestartPolicy policy(const std::string& text) {
  RestartPolicy result;
  parse_value(text, result);
  return result;
}

}  // namespace

TEST_CASE("restart policies are docker's") {
  CHECK_FALSE(policy("no").applies(1, 0));
  CHECK(policy("always").applies(0, 1000));
  CHECK(policy("unless-stopped").applies(0, 1000));
  CHECK(policy("on-failure").applies(1, 1000));
  CHECK_FALSE(policy("on-failure").applies(0, 0));
  CHECK(policy("on-failure:3").applies(1, 2));
  CHECK_FALSE(policy("on-failure:3").applies(1, 3));
  for (const char* bad :
       {"", "never", "on-failure:", "on-failure:0", "on-failure:-1", "on-failure:x", "always:3",
        "unless-stopped:1", "no:1", "ON-FAILURE", "on-failure:3:4"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS(policy(bad), Failure);
  }
}

TEST_CASE("the pause doubles up to a minute and begins anew after 10 s") {
  CHECK(next_pause(0, 0) == 100);
  CHECK(next_pause(100, 9) == 200);
  CHECK(next_pause(40'000, 0) == 60'000);
  CHECK(next_pause(60'000, 0) == 60'000);
  CHECK(next_pause(60'000, 10) == 100);
}

}  // namespace stepbox
