// The claims of the challenge `recipe`.
#include <algorithm>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// What a command prints in a container of that image.
std::string in(const Stage& stage, const std::string& image, const std::string& script) {
  return step7(stage, {"run", "--rm", "--network", "none", image, "/bin/sh", "-c", script});
}

// A recipe whose first line is `FROM rootfs`.
std::string written(const Stage& stage, const std::string& lines) {
  std::string path = stage.scratch("recipe");
  create_file(path, "FROM " + stage.rootfs() + "\n" + lines);
  return path;
}

// Without their heads.
std::string images(const Stage& stage) {
  const std::string table = step7(stage, {"images"});
  return table.substr(table.find('\n') + 1);
}
std::string containers(const Stage& stage) {
  const std::string table = step7(stage, {"ps", "-a"});
  return table.substr(table.find('\n') + 1);
}

}  // namespace

CLAIM("the changes of RUN are in the image and nowhere else",
      {.step = 7, .hint = "step7 run --name, then step7 commit", .challenge = "recipe"}) {
  const std::string one = random_word();
  const std::string two = random_word();
  const std::string lines =
      "# first\nRUN echo " + one + " >/one\n\nRUN cat /one >/two && echo " + two + " >>/two\n";
  CHECK(subject.run({.command = {written(stage, lines), "made"}}).status == 0);
  REQUIRE(holds(images(stage), "made "));
  CHECK(in(stage, "made", "cat /two") == one + "\n" + two + "\n");
  CHECK(!exists(stage.rootfs() + "/one"));
  step7(stage, {"rmi", "made"});
}

CLAIM("the files of COPY are in the image",
      {.step = 7, .hint = "step7 create, step7 cp, step7 commit", .challenge = "recipe"}) {
  const std::string word = random_word();
  create_file(stage.scratch("motd"), word);
  CHECK(subject
            .run({.command = {written(stage, "COPY motd /etc/motd\nRUN cp /etc/motd /again\n"),
                              "made"}})
            .status == 0);
  REQUIRE(holds(images(stage), "made "));
  CHECK(in(stage, "made", "cat /etc/motd /again") == word + word);
  step7(stage, {"rmi", "made"});
}

CLAIM("each instruction makes a layer and intermediate images are removed",
      {.step = 7, .hint = "commit after each; rmi what was in between", .challenge = "recipe"}) {
  const std::string lines = "RUN echo 1 >/1\nRUN echo 2 >/2\nRUN echo 3 >/3\n";
  CHECK(subject.run({.command = {written(stage, lines), "made"}}).status == 0);
  const std::string list = images(stage);
  CHECK(std::count(list.begin(), list.end(), '\n') == 1);
  REQUIRE(holds(list, "made "));
  CHECK(containers(stage) == "");
  const std::string about = step7(stage, {"inspect", "made"});
  size_t layers = 0;
  for (size_t at = 0; (at = about.find("/layers/", at)) != about.npos; ++at) ++layers;
  CHECK(layers >= 4);  // that of FROM, and three
  step7(stage, {"rmi", "made"});
}

CLAIM("a RUN that fails leaves neither image nor container",
      {.step = 7, .hint = "trap … EXIT", .challenge = "recipe"}) {
  const Run run = subject.run(
      {.command = {written(stage, "RUN echo 1 >/1\nRUN exit 6\nRUN echo 3 >/3\n"), "made"}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, "3"));
  CHECK(images(stage) == "");
  CHECK(containers(stage) == "");
}

CLAIM("an instruction that does not exist is named with its line",
      {.step = 7, .hint = "count the lines as you read them", .challenge = "recipe"}) {
  const std::string wrong = random_word();
  const Run run = subject.run({.command = {written(stage, "# x\n\n" + wrong + " /etc\n"), "made"}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, wrong));
  CHECK(holds(run.err, "4"));
  CHECK(images(stage) == "");
}

}  // namespace stepbox
