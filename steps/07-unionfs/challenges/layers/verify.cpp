// The claims of the challenge `layers`.
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {

// All names below a directory, each followed by a blank.
static std::string names_in(const Stage& stage, const std::string& directory) {
  return stage.on_host({"sh", "-c",
                        "cd " + directory +
                            " && find . -mindepth 1 -printf '%P ' | tr ' ' '\\n' | "
                            "sort | tr '\\n' ' '"});
}

CLAIM("a higher layer replaces the files of lower layers",
      {.step = 7, .hint = "unpack the lowest first", .challenge = "layers"}) {
  const std::string one = random_word();
  const std::string two = random_word();
  const std::string tree = stage.scratch("tree");
  Tarball(stage.scratch("1.tar")).directory("d/").file("d/a", one).file("d/b", one);
  Tarball(stage.scratch("2.tar")).directory("d/").file("d/b", two).file("c", two);
  CHECK(subject.run({.command = {tree, stage.scratch("1.tar"), stage.scratch("2.tar")}}).status ==
        0);
  REQUIRE(exists(tree + "/c"));
  CHECK(read_file(tree + "/d/a") == one);
  CHECK(read_file(tree + "/d/b") == two);
  CHECK(read_file(tree + "/c") == two);
}

CLAIM("a whiteout hides a file and is not unpacked itself",
      {.step = 7, .hint = "remove d/f for d/.wh.f, and leave that out", .challenge = "layers"}) {
  const std::string tree = stage.scratch("tree");
  Tarball(stage.scratch("1.tar"))
      .directory("d/")
      .file("d/f", "1")
      .file("d/g", "1")
      .directory("e/")
      .file("e/f", "1");
  Tarball(stage.scratch("2.tar")).file("./d/.wh.f", "").file(".wh.e", "").file("h", "2");
  CHECK(subject.run({.command = {tree, stage.scratch("1.tar"), stage.scratch("2.tar")}}).status ==
        0);
  REQUIRE(exists(tree));
  CHECK(names_in(stage, tree) == "d d/g h ");
}

CLAIM("an opaque directory has only the files of its own layer",
      {.step = 7,
       .hint = "whiteouts first, then the files, whatever the tar's order",
       .challenge = "layers"}) {
  const std::string tree = stage.scratch("tree");
  Tarball(stage.scratch("1.tar"))
      .directory("d/")
      .directory("d/sub/")
      .file("d/sub/f", "1")
      .file("d/old", "1");
  Tarball(stage.scratch("2.tar"))
      .directory("d/")
      .file("d/new", "2")
      .file("d/.wh..wh..opq", "")
      .file("d/again", "2")
      .file("d/.wh.again", "");
  CHECK(subject.run({.command = {tree, stage.scratch("1.tar"), stage.scratch("2.tar")}}).status ==
        0);
  REQUIRE(exists(tree));
  CHECK(names_in(stage, tree) == "d d/again d/new ");
}

CLAIM("a file replaces a directory and a directory replaces a link",
      {.step = 7, .hint = "make room before you unpack", .challenge = "layers"}) {
  const std::string tree = stage.scratch("tree");
  const std::string word = random_word();
  make_directories(stage.scratch("outside"));
  Tarball(stage.scratch("1.tar"))
      .directory("d/")
      .file("d/f", "1")
      .symlink("l", stage.scratch("outside"));
  Tarball(stage.scratch("2.tar")).file("d", word).directory("l/").file("l/f", word);
  CHECK(subject.run({.command = {tree, stage.scratch("1.tar"), stage.scratch("2.tar")}}).status ==
        0);
  REQUIRE(exists(tree));
  CHECK(names_in(stage, tree) == "d l l/f ");
  CHECK(read_file(tree + "/d") == word);
  CHECK(names_in(stage, stage.scratch("outside")) == "");
}

CLAIM("no layer writes outside of the directory",
      {.step = 7,
       .points = 2,
       .hint = "realpath(1) of the folder that a name goes to",
       .challenge = "layers"}) {
  const std::string outside = stage.scratch("outside");
  make_directories(outside);
  create_file(outside + "/f", "kept");
  Tarball(stage.scratch("1.tar")).symlink("a", outside).directory("d/");
  int number = 0;
  for (const char* word : {"a/.wh.f", "a/.wh..wh..opq", "a/f", "a/new", "d/.wh..."}) {
    const std::string name = word;
    const std::string tar = stage.scratch("evil-" + std::to_string(++number) + ".tar");
    Tarball{tar}.file(name, "evil");
    const std::string tree = stage.scratch("tree-" + std::to_string(number));
    CAPTURE(name);
    const Run run = subject.run({.command = {tree, stage.scratch("1.tar"), tar}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
    CHECK(names_in(stage, outside) == "f ");
    CHECK(read_file(outside + "/f") == "kept");
  }
}

CLAIM("a layer that cannot be read is refused",
      {.step = 7, .hint = "look at tar's status", .challenge = "layers"}) {
  const std::string missing = stage.scratch(random_word() + ".tar");
  const Run run = subject.run({.command = {stage.scratch("tree"), missing}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, missing));
  const std::string there = stage.scratch(random_word());
  make_directories(there);
  Tarball(stage.scratch("1.tar")).file("f", "1");
  CHECK(subject.run({.command = {there, stage.scratch("1.tar")}}).status != 0);
  CHECK(names_in(stage, there) == "");
}

}  // namespace stepbox
