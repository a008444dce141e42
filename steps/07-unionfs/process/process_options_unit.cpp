// Parsing options about the process.
#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>

#include "07-unionfs/process/process_options.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

template <class T>
T parsed(const std::string& text) {
  T value;
  parse_value(text, value);
  return value;
}

}  // namespace

TEST_CASE("signals have names and numbers") {
  CHECK(parsed<Signal>("TERM").number == SIGTERM);
  CHECK(parsed<Signal>("SIGTERM").number == SIGTERM);
  CHECK(parsed<Signal>("sigusr1").number == SIGUSR1);
  CHECK(parsed<Signal>("9").number == SIGKILL);
  CHECK(parsed<Signal>("RTMIN+3").number == SIGRTMIN + 3);
  CHECK(parsed<Signal>("SIGRTMAX-1").number == SIGRTMAX - 1);
  CHECK(parsed<Signal>("RTMAX").number == SIGRTMAX);
  for (const char* text : {"", "SIG", "0", "-9", "65", "9x", "FOO", "RTMIN+", "RTMIN+99", "RTMIN-1",
                           "TERM ", "99999999999999999999"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parsed<Signal>(text), doctest::Contains("is not a signal"), Failure);
  }
}

TEST_CASE("a ulimit is soft and hard, and -1 is more than any number") {
  const Ulimit both = parsed<Ulimit>("nofile=64:128");
  CHECK(both.name == "nofile");
  CHECK(both.soft == 64);
  CHECK(both.hard == 128);
  CHECK(parsed<Ulimit>("core=0").hard == 0);
  CHECK(parsed<Ulimit>("memlock=-1").soft == -1);
  CHECK(parsed<Ulimit>("memlock=5:-1").hard == -1);
  for (const char* text : {"", "nofile", "=5", "files=5", "nofile=", "nofile=a", "nofile=5:",
                           "nofile=:5", "nofile=6:5", "nofile=-1:5", "nofile=-2", "nofile=5:6:7"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<Ulimit>(text), Failure);
  }
}

TEST_CASE("labels and stop timeouts") {
  CHECK(parsed<Labels>("a=b=c").values.at("a") == "b=c");
  CHECK(parsed<Labels>("a").values.at("a") == "");
  CHECK_THROWS_AS(parsed<Labels>("=b"), Failure);
  CHECK_THROWS_AS(parsed<Labels>(""), Failure);
  CHECK(parsed<StopTimeout>("0").seconds == 0);
  CHECK(parsed<StopTimeout>("-1").seconds == -1);
  for (const char* text : {"", "-2", "1.5", "1s", "99999999999"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<StopTimeout>(text), Failure);
  }
}

TEST_CASE("a later variable takes the place of an earlier one") {
  CHECK(merged({"A=1", "B=2"}, {"C=3", "A=4", "B"}) == Variables{"A=4", "B", "C=3"});
}

TEST_CASE("an env-file is read line by line") {
  const ScratchDirectory scratch;
  ::setenv("STEPBOX_UNIT", "mine", 1);
  const auto read = [&](const std::string& text) {
    create_file(scratch.file("env"), text);
    return parsed<EnvironmentFiles>(scratch.file("env")).variables;
  };
  CHECK(read("") == Variables{});
  CHECK(read("\xEF\xBB\xBF"
             "A=b") == Variables{"A=b"});
  CHECK(read(" \t A= b \r\n#C=d\n\n  # E\nF=\"g\"\n") == Variables{"A= b ", "F=\"g\""});
  CHECK(read("STEPBOX_UNIT\nSTEPBOX_NONE\n") == Variables{"STEPBOX_UNIT=mine"});
  CHECK_THROWS_WITH_AS(read("A=b\nC D=e\n"), doctest::Contains("line 2"), Failure);
  CHECK_THROWS_AS(read("=b\n"), Failure);
}

}  // namespace stepbox
