// The claims of the challenge `mirror`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A directory that holds one more, for something to be mounted on.
std::string make_place(const Stage& stage) {
  std::string path = stage.scratch(random_word());
  make_directories(path + "/later");
  return path;
}

// Whether what is mounted below `from` is seen below `to`.
bool is_told(const Stage& stage, const std::string& from, const std::string& to) {
  stage.on_host({"mount", "-t", "tmpfs", "later", from + "/later"});
  const bool told = stage.is_mounted(to + "/later");
  stage.on_host({"umount", from + "/later"});
  return told;
}

struct Told {
  bool forth;
  bool back;
};

// Whether later mounts propagate, in both directions.
Told mirrored(Subject& subject, const Stage& stage, const char* kind) {
  const std::string source = make_place(stage);
  const std::string copy = make_place(stage);
  CHECK(subject.run({.command = {kind, source, copy}}).status == 0);
  REQUIRE(stage.is_mounted(copy));
  const Told told{is_told(stage, source, copy), is_told(stage, copy, source)};
  stage.on_host({"umount", "-R", copy});
  return told;
}

}  // namespace

CLAIM("a private mirror propagates no mount in either direction",
      {.step = 3, .hint = "mount --make-rprivate", .challenge = "mirror"}) {
  const Told told = mirrored(subject, stage, "private");
  CHECK(!told.forth);
  CHECK(!told.back);
}

CLAIM("a slave mirror receives mounts and sends none",
      {.step = 3, .hint = "mount --make-rslave", .challenge = "mirror"}) {
  const Told told = mirrored(subject, stage, "slave");
  CHECK(told.forth);
  CHECK(!told.back);
}

CLAIM("a shared mirror sends and receives mounts",
      {.step = 3, .hint = "a copy of a shared mount is its peer", .challenge = "mirror"}) {
  const Told told = mirrored(subject, stage, "shared");
  CHECK(told.forth);
  CHECK(told.back);
}

CLAIM("a mirror shows existing mounts", {.step = 3, .hint = "--rbind", .challenge = "mirror"}) {
  const std::string source = make_place(stage);
  const std::string copy = make_place(stage);
  const std::string word = random_word();
  stage.on_host({"mount", "-t", "tmpfs", "before", source + "/later"});
  stage.census_before();
  create_file(source + "/later/word", word);
  CHECK(subject.run({.command = {"private", source, copy}}).status == 0);
  CHECK(stage.on_host({"sh", "-c", "cat " + copy + "/later/word || true"}) == word);
  if (stage.is_mounted(copy)) stage.on_host({"umount", "-R", copy});
}

CLAIM("a mirror of a private mount that would receive nothing is refused",
      {.step = 3, .hint = "findmnt -n -o PROPAGATION -T SRC", .challenge = "mirror"}) {
  const std::string source = make_place(stage);
  const std::string copy = make_place(stage);
  stage.on_host({"mount", "-t", "tmpfs", "alone", source});
  stage.on_host({"mount", "--make-private", source});
  stage.census_before();
  for (const char* kind : {"slave", "shared"}) {
    const Run run = subject.run({.command = {kind, source, copy}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, source));
  }
}

CLAIM("a mirror of an unknown kind is refused and nothing is mounted",
      {.step = 3, .hint = "look at all three words before you mount", .challenge = "mirror"}) {
  const std::string source = make_place(stage);
  const std::string missing = stage.scratch(random_word());
  const std::string kind = random_word();
  CHECK(holds(subject.run({.command = {kind, source, make_place(stage)}}).err, kind));
  const Run run = subject.run({.command = {"shared", source, missing}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, missing));
}

}  // namespace stepbox
