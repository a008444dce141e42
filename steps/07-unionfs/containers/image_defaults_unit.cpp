// Defaults of an image for options that are not given.
#include <doctest/doctest.h>
#include <signal.h>

#include "07-unionfs/containers/image_defaults.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

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

TEST_CASE("settings that are not given come from the image") {
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
