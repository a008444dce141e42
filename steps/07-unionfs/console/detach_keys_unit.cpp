// Detach keys are found in the input, and all other bytes are kept.
#include <doctest/doctest.h>

#include "07-unionfs/console/detach_keys.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

DetachKeys keys(const std::string& text) {
  DetachKeys result;
  parse_value(text, result);
  return result;
}

}  // namespace

TEST_CASE("keys are letters and ctrl-letters") {
  CHECK(keys("ctrl-p,ctrl-q").keys == DetachKeys().keys);
  CHECK(keys("a").keys == "a");
  CHECK(keys("ctrl-@,x,ctrl-_").keys == std::string("\0x\x1f", 3));
  for (const char* bad : {"", "ctrl-", "ctrl-P", "ctrl-1", "shift-a", "ab", "a,,b", "ctrl-p,"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS(keys(bad), Failure);
  }
}

TEST_CASE("detach keys are found in one read or in two, and bytes before them are kept") {
  KeyWatch whole{DetachKeys()};
  bool found = false;
  CHECK(whole.filter("ls\x10\x11rest", &found) == "ls");
  CHECK(found);

  KeyWatch parts{DetachKeys()};
  found = false;
  CHECK(parts.filter("ls\x10", &found) == "ls");
  CHECK_FALSE(found);
  CHECK(parts.filter("\x11", &found) == "");
  CHECK(found);
}

TEST_CASE("a partial match is passed on, late") {
  KeyWatch watch{DetachKeys()};
  bool found = false;
  CHECK(watch.filter("\x10", &found) == "");
  CHECK(watch.filter("x", &found) == "\x10x");
  CHECK(watch.filter("\x10\x10", &found) == "\x10");
  CHECK(watch.filter("\x11", &found) == "");
  CHECK(found);
}

}  // namespace stepbox
