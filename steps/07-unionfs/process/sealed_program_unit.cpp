// Protection of the program's own file against writes.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "07-unionfs/process/sealed_program.hpp"
#include "common/fd.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {

TEST_CASE("a program that runs is not written to") { CHECK_FALSE(own_program_is_writable()); }

TEST_CASE("a parent's program is distinguished from another") {
  const int status = run_forked([] { return is_parents_program(::getpid()) ? 0 : 1; });
  CHECK(status == 0);
  CHECK_FALSE(is_parents_program(::getpid()));  // a shell, for example
}

// The second case is for the process that the first one starts.
TEST_CASE("the program runs again from a copy") {
  const int status = run_forked([] {
    ::setenv("STEPBOX_COPIED", "1", 1);
    ::execl("/proc/self/exe", "unit", "-tc=inside the copy*", nullptr);
    return 1;
  });
  CHECK(status == 0);
}

TEST_CASE("inside the copy the program cannot be written to" *
          doctest::skip(!::getenv("STEPBOX_COPIED"))) {
  run_from_sealed_copy();  // twice: the second one returns
  char path[64] = {};
  CHECK(::readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  CHECK(std::string(path).starts_with("/memfd:stepbox"));
  const Fd own(::open("/proc/self/exe", O_WRONLY | O_CLOEXEC));
  CHECK((!own || ::write(own.get(), "x", 1) == -1));
}

}  // namespace stepbox
