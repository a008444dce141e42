// The claims of the challenge `rootfs`.
#include <algorithm>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("a program runs in the root directory that was made for it",
      {.step = 2, .hint = "ldd(1) names the libraries, and the loader", .challenge = "rootfs"}) {
  const std::string root = stage.scratch("made");
  const std::string word = random_word();
  CHECK(subject.run({.command = {root, "ls", "cat"}}).status == 0);
  create_file(root + "/word", word);
  CHECK(stage.on_host({"chroot", root, "cat", "/word"}) == word);
  CHECK(holds(stage.on_host({"chroot", root, "ls", "/"}), "word\n"));
}

CLAIM("a script brings its interpreter along",
      {.step = 2, .hint = "its first line begins with #!", .challenge = "rootfs"}) {
  const std::string root = stage.scratch("made");
  const std::string script = stage.scratch(random_word());
  const std::string word = random_word();
  create_file(script, "#!/bin/sh -e\necho " + word + "\n", 0755);
  CHECK(subject.run({.command = {root, script}}).status == 0);
  CHECK(stage.on_host({"chroot", root, script}) == word + "\n");
}

CLAIM("a rootfs holds nothing that its program does not need",
      {.step = 2, .hint = "the program, libc and the loader", .challenge = "rootfs"}) {
  const std::string root = stage.scratch("made");
  CHECK(subject.run({.command = {root, "true"}}).status == 0);
  const std::string files = stage.on_host({"find", root, "!", "-type", "d", "-printf", "%f\n"});
  CAPTURE(files);
  CHECK(std::count(files.begin(), files.end(), '\n') == 3);
}

CLAIM("a static program needs only itself",
      {.step = 2, .hint = "ldd(1) fails for it: that is no error", .challenge = "rootfs"}) {
  const std::string root = stage.scratch("made");
  const std::string busybox = stage.rootfs() + "/bin/busybox";
  CHECK(subject.run({.command = {root, busybox}}).status == 0);
  CHECK(stage.on_host({"chroot", root, busybox, "echo", "up"}) == "up\n");
  CHECK(stage.on_host({"find", root, "!", "-type", "d"}) == root + busybox + "\n");
}

CLAIM("a program that does not exist is refused and nothing is made",
      {.step = 2, .hint = "look for all of them first", .challenge = "rootfs"}) {
  const std::string missing = random_word();
  const Run run = subject.run({.command = {stage.scratch("made"), "ls", missing}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, missing));
  CHECK(!exists(stage.scratch("made")));
}

CLAIM("a directory that exists already is left alone",
      {.step = 2, .hint = "refuse it", .challenge = "rootfs"}) {
  const std::string root = stage.scratch(random_word());
  make_directories(root);
  const Run run = subject.run({.command = {root, "ls"}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, root));
  CHECK(stage.on_host({"find", root}) == root + "\n");
}

}  // namespace stepbox
