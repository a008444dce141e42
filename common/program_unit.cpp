// Are programs found, run, and waited for with a deadline?
#include <doctest/doctest.h>

#include <cstdlib>

#include "common/error.hpp"
#include "common/program.hpp"

namespace stepbox {

TEST_CASE("run_program passes the input to the program, and returns its output") {
  CHECK(run_program({"cat"}, "a\nb") == "a\nb");
  CHECK(run_program({"cat"}, "x", 0) == "x");
}

TEST_CASE("a program is found in absolute folders of PATH only") {
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", "../../../../../../../../bin:.::/bin", 1);
  const std::string found = find_program("cat");
  ::setenv("PATH", before.c_str(), 1);
  CHECK(found == "/bin/cat");
}

TEST_CASE("a program that fails throws Failure with its first line on stderr") {
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
