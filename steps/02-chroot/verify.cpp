// The claims of step 2: paths begin at the rootfs; and the holes that chroot(2) leaves.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// A file in the rootfs, with random content.
static std::string plant(const Stage& stage, const std::string& name) {
  std::string word = random_word();
  create_file(stage.rootfs() + name, word);
  return word;
}

// --- What is / ? --------------------------------------------------------------------------

CLAIM("/ is the rootfs",
      {.step = 2, .points = 2, .hint = "chroot(2), inside, before the command"}) {
  const std::string word = plant(stage, "/marker");
  CHECK(subject.run({.command = {"/bin/cat", "/marker"}}).out == word);
}

CLAIM("cd .. stays in the rootfs",
      {.step = 2, .hint = "chroot(2) keeps the cwd: chdir(\"/\") after it"}) {
  const std::string word = plant(stage, "/marker");
  const Run run = subject.run({.command = {"/bin/sh", "-c", "cd ../../../.. && cat marker"}});
  CHECK(run.out == word);
}

CLAIM("the working directory is /", {.step = 2, .hint = "chroot(2) keeps the cwd"}) {
  CHECK(subject.run({.command = {"/bin/sh", "-c", "/bin/pwd"}}).out == "/\n");
}

CLAIM("the host's files are out of reach",
      {.step = 2, .hint = "after chroot(2) no name leads above the new root"}) {
  const std::string secret = stage.scratch("secret");
  create_file(secret, random_word());
  const Run run = subject.run({.command = {"/bin/cat", secret}});
  CHECK(run.out == "");
  CHECK(run.status == 1);  // cat's own "no such file"
}

CLAIM("the host's programs are not found: 127",
      {.step = 2, .hint = "look for the command after chroot(2), not before"}) {
  const std::string program = stage.scratch("program");
  create_file(program, "#!/bin/sh\nexit 0\n", 0755);
  CHECK(subject.run({.command = {program}}).status == 127);
}

// --- Is the rootfs looked at first? -------------------------------------------------------

CLAIM("a ROOTFS that does not exist is 125",
      {.step = 2, .hint = "realpath(3), before anything is started"}) {
  const std::string nowhere = stage.scratch(random_word());
  const Run run = subject.run({.command = {"/bin/true"}, .rootfs = nowhere, .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(run.err.find(nowhere) != std::string::npos, "the message should name it");
}

CLAIM("a ROOTFS that is the host's own root is 125",
      {.step = 2, .hint = "compare what realpath(3) says with /"}) {
  const Run run = subject.run({.command = {"/bin/true"}, .rootfs = "/", .may_refuse = true});
  CHECK(run.status == 125);
}

CLAIM("a ROOTFS that is a file is 125", {.step = 2, .hint = "stat(2), S_ISDIR"}) {
  const std::string file = stage.scratch("file");
  create_file(file, "");
  const Run run = subject.run({.command = {"/bin/true"}, .rootfs = file, .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(run.err.find(file) != std::string::npos, "the message should name it");
}

// --- What is still open? ------------------------------------------------------------------

CLAIM("a root user breaks out", {.step = 2, .kind = kHole, .closed = 4}) {
  const std::string secret = stage.scratch("secret");
  create_file(secret, random_word());
  const Run run =
      subject.run({.command = {"/bin/breakout", "/bin/cat", secret}, .privileged = true});
  CHECK(run.out == read_file(secret));
}

CLAIM("ps shows nothing", {.step = 2, .kind = kHole, .closed = 3}) {
  const Run run = subject.run({.command = {"/bin/ps"}});
  CHECK(run.out.find("ps") == std::string::npos);
}

CLAIM("two containers of one rootfs share its files", {.step = 2, .kind = kHole, .closed = 7}) {
  const std::string word = random_word();
  subject.run({.command = {"/bin/sh", "-c", "echo " + word + " > /root/note"}});
  CHECK(subject.run({.command = {"/bin/cat", "/root/note"}}).out == word + "\n");
}

}  // namespace stepbox
