// The claims of the challenge `inside`.
#include <sys/stat.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

static void link_to(const std::string& target, const std::string& path) {
  REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
}

CLAIM("a file of the rootfs is printed from outside",
      {.step = 2, .hint = "openat2(2), then read(2) and write(2)", .challenge = "inside"}) {
  const std::string text = random_word() + std::string(100'000, 'x') + random_word();
  create_file(stage.rootfs() + "/etc/long", text);
  const Run run = subject.run({.command = {stage.rootfs(), "/etc/long"}});
  CHECK(run.out == text);
  CHECK(run.status == 0);
  CHECK(subject.run({.command = {stage.rootfs(), "etc/long"}}).out == text);
}

CLAIM("an absolute link inside leads to a file inside",
      {.step = 2, .hint = "RESOLVE_IN_ROOT", .challenge = "inside"}) {
  const std::string secret = random_word();
  const std::string word = random_word();
  const std::string path = stage.scratch("secret");  // on the host, and inside
  create_file(path, secret);
  link_to(path, stage.rootfs() + "/link");
  const Run before = subject.run({.command = {stage.rootfs(), "/link"}});
  CHECK(before.status != 0);
  CHECK(before.out == "");
  make_directories(stage.rootfs() + stage.scratch(""));
  create_file(stage.rootfs() + path, word);
  CHECK(subject.run({.command = {stage.rootfs(), "/link"}}).out == word);
}

CLAIM("no .. leads out of the rootfs",
      {.step = 2, .hint = "RESOLVE_IN_ROOT", .challenge = "inside"}) {
  const std::string word = random_word();
  create_file(stage.scratch("word"), random_word());
  create_file(stage.rootfs() + "/word", word);
  link_to("../../../word", stage.rootfs() + "/etc/up");
  CHECK(subject.run({.command = {stage.rootfs(), "../word"}}).out == word);
  CHECK(subject.run({.command = {stage.rootfs(), "/etc/../../../word"}}).out == word);
  CHECK(subject.run({.command = {stage.rootfs(), "/etc/up"}}).out == word);
}

CLAIM("a fifo is refused and not waited for",
      {.step = 2, .hint = "O_NONBLOCK, then fstat(2)", .challenge = "inside"}) {
  const std::string name = "/" + random_word();
  REQUIRE(::mkfifo((stage.rootfs() + name).c_str(), 0644) == 0);
  for (const std::string& path : {name, std::string("/etc")}) {
    const Run run = subject.run({.command = {stage.rootfs(), path}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, path));
  }
}

CLAIM("a file that is only outside is refused by name",
      {.step = 2, .hint = "say what errno says, and of what", .challenge = "inside"}) {
  create_file(stage.scratch("outside"), "secret");
  const Run run = subject.run({.command = {stage.rootfs(), stage.scratch("outside")}});
  CHECK(run.status != 0);
  CHECK(run.out == "");
  CHECK(holds(run.err, stage.scratch("outside")));
}

}  // namespace stepbox
