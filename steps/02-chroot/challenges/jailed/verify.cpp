// The claims of the challenge `jailed`.
#include <unistd.h>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

static std::string text_of(pid_t pid) { return std::to_string(pid); }

CLAIM("a process in a chroot is jailed in its directory",
      {.step = 2, .hint = "readlink(2) of /proc/PID/root", .challenge = "jailed"}) {
  const std::string root = stage.make_another_rootfs(random_word()), word = random_word();
  const Background jailed({"chroot", root, "/bin/probe", "wait", word}, stage.scratch("o"),
                          "ready");
  stage.census_before();
  const std::string pid = text_of(stage.find_process(word));
  CHECK(subject.run({.command = {pid}}).out == pid + " jailed " + root + "\n");
}

CLAIM("a process with the caller's root directory is free",
      {.step = 2, .hint = "compare st_dev and st_ino with those of /", .challenge = "jailed"}) {
  const std::string pid = text_of(::getpid());
  CHECK(subject.run({.command = {pid}}).out == pid + " free\n");
  const std::string word = random_word();
  // The same directory under another name.
  const Background free({"chroot", "/usr/..", stage.rootfs() + "/bin/probe", "wait", word},
                        stage.scratch("o"), "ready");
  stage.census_before();
  const std::string other = text_of(stage.find_process(word));
  CHECK(subject.run({.command = {pid, other}}).out == pid + " free\n" + other + " free\n");
}

CLAIM("a process that has pivoted is jailed though its link says /",
      {.step = 2,
       .hint = "the text is only a name: stat(2) follows the link",
       .challenge = "jailed"}) {
  const std::string root = stage.rootfs();
  const std::string word = random_word();
  const std::string script = "mount --bind " + root + " " + root + " && cd " + root +
                             " && pivot_root . . && umount -l . && exec /bin/probe wait " + word;
  const Background pivoted({"unshare", "--mount", "/bin/sh", "-c", script}, stage.scratch("o"),
                           "ready");
  stage.census_before();
  const std::string pid = text_of(stage.find_process(word));
  CHECK(subject.run({.command = {pid}}).out == pid + " jailed /\n");
}

CLAIM("a process that does not exist is reported and the others are judged",
      {.step = 2, .hint = "ENOENT: say it, go on, exit with 1", .challenge = "jailed"}) {
  const std::string pid = text_of(::getpid());
  const Run run = subject.run({.command = {"4194304", pid}});
  CHECK(run.status == 1);
  CHECK(run.out == pid + " free\n");
  CHECK(holds(run.err, "4194304"));
}

}  // namespace stepbox
