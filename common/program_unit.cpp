// Are programs found, run and waited for, but not for ever?
#include <doctest/doctest.h>

#include "common/error.hpp"
#include "common/program.hpp"

namespace stepbox {

TEST_CASE("a program gets its input, and its output comes back") {
  CHECK(run_program({"cat"}, "a\nb") == "a\nb");
  CHECK(run_program({"cat"}, "x", 0) == "x");
}

TEST_CASE("a program that fails is a failure with its first line on stderr") {
  CHECK_THROWS_WITH_AS(run_program({"sh", "-c", "echo why >&2; exit 3"}, ""),
                       "sh -c 'echo why >&2; exit 3': why", Failure);
  CHECK_THROWS_WITH_AS(run_program({"no-such-program"}, ""), doctest::Contains("no program"),
                       Failure);
}

TEST_CASE("a program that does not end is killed at its deadline") {
  CHECK_THROWS_WITH_AS(run_program({"sleep", "1000"}, "", 1), "sleep 1000: not done within 1 s",
                       Failure);
}

}  // namespace stepbox
