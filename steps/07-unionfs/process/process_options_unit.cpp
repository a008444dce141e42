// Is what people write of a process read as docker reads it, and merged with the image's likewise?
#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>

#include "07-unionfs/process/process_options.hpp"
#include "07-unionfs/storage/volumes.hpp"
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

const ImageConfig kImage{.env = {"A=image", "B=image", "C=image"},
                         .command = {"serve"},
                         .entrypoint = {"/entry", "-x"},
                         .working_directory = "/srv",
                         .user = "www",
                         .stop_signal = "SIGQUIT",
                         .exposed_ports = {},
                         .volumes = {},
                         .labels = {{"who", "image"}, {"why", "image"}}};

using Command = std::vector<std::string>;

Command command_of(const ImageConfig& image, const Entrypoint& entrypoint, Command command) {
  ProcessOptions process;
  process.entrypoint = entrypoint;
  inherit(image, process, command);
  return command;
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
    CHECK_THROWS_WITH_AS(parsed<Signal>(text), doctest::Contains("is no signal"), Failure);
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

TEST_CASE("a tmpfs is safe unless it is told otherwise, and never has devices") {
  CHECK(parsed<Tmpfs>("/tmp").data == "mode=1777");
  const Tmpfs plain = parsed<Tmpfs>("/tmp");
  const Tmpfs other = parsed<Tmpfs>("/run/x:exec,suid,ro,size=64m,mode=700");
  CHECK(other.destination == "/run/x");
  CHECK(other.data == "mode=1777,size=64m,mode=700");
  CHECK(plain.flags == 0b1110);
  CHECK(other.flags == 0b0101);
  for (const char* text : {"", "tmp", "/", "//", ":/x", "/x:", "/x:dev", "/x:size", "/x:ro,,rw"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<Tmpfs>(text), Failure);
  }
}

TEST_CASE("labels, patience and the pull policy") {
  CHECK(parsed<Labels>("a=b=c").values.at("a") == "b=c");
  CHECK(parsed<Labels>("a").values.at("a") == "");
  CHECK_THROWS_AS(parsed<Labels>("=b"), Failure);
  CHECK_THROWS_AS(parsed<Labels>(""), Failure);
  CHECK(parsed<Patience>("0").seconds == 0);
  CHECK(parsed<Patience>("-1").seconds == -1);
  for (const char* text : {"", "-2", "1.5", "1s", "99999999999"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<Patience>(text), Failure);
  }
  CHECK_NOTHROW(parsed<PullPolicy>("never"));
  CHECK_THROWS_AS(parsed<PullPolicy>("missing"), Failure);
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

TEST_CASE("what was not said is the image's to say") {
  ProcessOptions process;
  Command command;
  process.environment_files.variables = {"B=file", "C=file"};
  process.environment.variables = {"C=mine"};
  process.labels.values = {{"who", "me"}};
  inherit(kImage, process, command);
  CHECK(command == Command{"/entry", "-x", "serve"});
  CHECK(process.environment.variables == Variables{"A=image", "B=file", "C=mine"});
  CHECK(process.working_directory == "/srv");
  CHECK(process.user == "www");
  CHECK(process.stop_signal.number == SIGQUIT);
  CHECK(process.labels.values.at("who") == "me");
  CHECK(process.labels.values.at("why") == "image");
}

TEST_CASE("command and entrypoint of image and user") {
  const Entrypoint mine{true, {"/mine"}};
  const Entrypoint none{true, {}};
  CHECK(command_of(kImage, {}, {"other"}) == Command{"/entry", "-x", "other"});
  CHECK(command_of(kImage, mine, {}) == Command{"/mine"});
  CHECK(command_of(kImage, mine, {"other"}) == Command{"/mine", "other"});
  CHECK(command_of(kImage, none, {"other"}) == Command{"other"});
  CHECK_THROWS_WITH_AS(command_of(kImage, none, {}), doctest::Contains("no COMMAND given"),
                       Failure);
  CHECK_THROWS_AS(command_of({}, {}, {}), Failure);
  CHECK(command_of({}, {}, {"true"}) == Command{"true"});
}

}  // namespace stepbox
