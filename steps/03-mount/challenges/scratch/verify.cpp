// The claims of the challenge `scratch`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

static std::string make_place(const Stage& stage) {
  std::string path = stage.scratch(random_word());
  make_directories(path);
  create_file(path + "/old", "old");
  return path;
}

CLAIM("the command gets an empty directory that it can write to",
      {.step = 3, .hint = "mount(2) a tmpfs there", .challenge = "scratch"}) {
  const std::string place = make_place(stage);
  const std::string word = random_word();
  const std::string script = "ls $0; echo " + word + " >$0/new; cat $0/new; exit 6";
  const Run run = subject.run({.command = {"1m", place, "/bin/sh", "-c", script, place}});
  CHECK(run.out == word + "\n");
  CHECK(run.status == 6);
  CHECK(read_file(place + "/old") == "old");
  CHECK(!exists(place + "/new"));
}

CLAIM("no other process sees the command's directory",
      {.step = 3, .hint = "unshare(2), then MS_REC | MS_PRIVATE on /", .challenge = "scratch"}) {
  const std::string place = make_place(stage);
  const std::string script = "echo >$0/new; echo up; exec sleep 1000";
  Running running = subject.start({.command = {"1m", place, "/bin/sh", "-c", script, place}});
  running.wait_for_output("up");
  CHECK(!stage.is_mounted(place));
  CHECK(!exists(place + "/new"));
  CHECK(read_file(place + "/old") == "old");
  running.kill_hard();
}

CLAIM("the directory holds no more than its size",
      {.step = 3, .hint = "size= among the mount's options", .challenge = "scratch"}) {
  const std::string place = make_place(stage);
  const std::string script =
      "head -c 300k /dev/zero >$0/fits && head -c 900k /dev/zero >$0/not; echo $?; "
      "cat $0/* | wc -c";
  const Run run = subject.run({.command = {"1000k", place, "/bin/sh", "-c", script, place}});
  CHECK(run.out == "1\n1024000\n");
}

CLAIM("the directory's programs gain no rights and its devices do not work",
      {.step = 3, .hint = "MS_NOSUID | MS_NODEV", .challenge = "scratch"}) {
  const std::string place = make_place(stage);
  const std::string script =
      "grep \" $0 \" /proc/self/mountinfo; mknod $0/null c 1 3; echo >$0/null";
  const Run run = subject.run({.command = {"1m", place, "/bin/sh", "-c", script, place}});
  CHECK(holds(run.out, "nosuid,nodev"));
  CHECK(run.status != 0);
}

CLAIM("a size that is not valid is refused and nothing is run",
      {.step = 3,
       .hint = "digits, then k, m or g: nothing else reaches the kernel",
       .challenge = "scratch"}) {
  const std::string place = make_place(stage);
  for (const char* size : {"lots", "", "-1m", "1m,mode=0777", "0"}) {
    const Run run = subject.run({.command = {size, place, "touch", stage.scratch("ran")}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
    CHECK(!exists(stage.scratch("ran")));
  }
}

}  // namespace stepbox
