// The claims of the challenge `checkpoint`.
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

void run_box(const Stage& stage, const std::string& script) {
  step7(stage,
        {"run", "--name", "box", "--network", "none", stage.rootfs(), "/bin/sh", "-c", script});
}

// Saves `box`, removes it, restores it as `again`; what `script` prints in there.
std::string moved(Subject& subject, Stage& stage, const std::string& script) {
  const std::string file = stage.scratch("box.tar");
  CHECK(subject.run({.command = {"save", "box", file}}).status == 0);
  step7(stage, {"rm", "box"});
  CHECK(
      subject.run({.command = {"restore", file, stage.rootfs(), "again", "/bin/sh", "-c", script}})
          .status == 0);
  REQUIRE(holds(step7(stage, {"ps", "-a"}), "again"));
  stage.expect_orphans();  // its monitor
  step7(stage, {"start", "again"});
  step7(stage, {"wait", "again"});
  std::string out = step7(stage, {"logs", "again"});
  step7(stage, {"rm", "again"});
  return out;
}

}  // namespace

CLAIM("a restored container has the added and changed and deleted files",
      {.step = 7,
       .hint = "tar the upper layer; untar it into another",
       .challenge = "checkpoint"}) {
  const std::string word = random_word();
  run_box(stage, "echo " + word + " >/new; echo " + word +
                     " >/etc/passwd; rm /etc/group; "
                     "chown 33 /new; chmod 4711 /new");
  CHECK(moved(subject, stage, "cat /new /etc/passwd; ls /etc/group 2>&1; stat -c '%a %u' /new") ==
        word + "\n" + word + "\nls: /etc/group: No such file or directory\n4711 33\n");
}

CLAIM("a recreated directory hides the old one after a restore too",
      {.step = 7,
       .points = 2,
       .hint = "tar --xattrs --xattrs-include='trusted.overlay.*'",
       .challenge = "checkpoint"}) {
  const std::string word = random_word();
  make_directories(stage.rootfs() + "/srv/old");
  run_box(stage, "rm -r /srv; mkdir /srv; echo >/srv/" + word);
  CHECK(moved(subject, stage, "ls /srv") == word + "\n");
}

CLAIM("a running container is saved and keeps running",
      {.step = 7, .hint = "step7 pause, tar, step7 unpause", .challenge = "checkpoint"}) {
  stage.expect_orphans();  // its monitor
  const std::string file = stage.scratch("box.tar");
  step7(stage, {"run", "-d", "--name", "box", "--network", "none", stage.rootfs(), "/bin/sh", "-c",
                "echo >/new; while :; do sleep 0.05; done"});
  for (int tries = 0; tries < 200 && !holds(step7(stage, {"diff", "box"}), "/new"); ++tries) {
    ::usleep(10'000);
  }
  CHECK(subject.run({.command = {"save", "box", file}}).status == 0);
  CHECK(step7(stage, {"ps", "--format", "json"}).find("running") != std::string::npos);
  step7(stage, {"rm", "--force", "box"});
  REQUIRE(exists(file));
  CHECK(holds(stage.on_host({"tar", "-tf", file}), "new\n"));
}

CLAIM("a failed save or restore leaves neither file nor container",
      {.step = 7, .hint = "when tar fails, take back what was made", .challenge = "checkpoint"}) {
  const std::string missing = random_word();
  const std::string file = stage.scratch("box.tar");
  const Run save = subject.run({.command = {"save", missing, file}});
  CHECK(save.status != 0);
  CHECK(holds(save.err, missing));
  CHECK(!exists(file));
  create_file(file, std::string(2000, 'x'));
  const Run restore =
      subject.run({.command = {"restore", file, stage.rootfs(), "again", "/bin/true"}});
  CHECK(restore.status != 0);
  CHECK(restore.err != "");
  CHECK(!holds(step7(stage, {"ps", "-a"}), "again"));
}

}  // namespace stepbox
