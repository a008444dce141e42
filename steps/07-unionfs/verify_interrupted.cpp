// The claims of step 7 about TERM and its kin at moments when we are busy.
#include "07-unionfs/verify.hpp"
#include "common/deadline.hpp"
#include "common/files.hpp"

namespace stepbox {

CLAIM("a copy of the image can be interrupted and leaves nothing",
      {.step = 7, .hint = "cp runs in a child, and dies with it"}) {
  stage.expect_orphans();  // the cp that is killed
  const std::string begun = stage.scratch("begun");
  create_file(stage.scratch("cp"), "#!/bin/sh\n>" + begun + "; exec sleep 60\n", 0755);
  Running running = subject.start({.options = {"--storage", "copy"},
                                   .command = {"/bin/true"},
                                   .through = {"env", "PATH=" + stage.scratch("") + ":/usr/bin"}});
  CHECK(wait_until(10, [&] { return exists(begun); }));
  running.signal(SIGTERM);
  CHECK(running.wait().status == 128 + SIGTERM);
}

CLAIM("signals that come with the end do not stop the removal",
      {.step = 7, .hint = "who removes its files is a child too: let signals wait for it"}) {
  stage.require_user_namespaces();
  stage.welcome_ordinary_user();
  stage.census_before();
  const std::string word = random_word();
  Running running = subject.start(
      {.options = {"--rm"}, .command = {"/bin/probe", "wait", word}, .ordinary_user = true});
  running.wait_for_output("ready");
  running.signal(SIGSTOP);  // so that all of it is there at once
  for (int signal : {SIGQUIT, SIGTERM}) running.signal(signal);
  const pid_t child = stage.find_process(word);
  ::kill(child, SIGKILL);
  CHECK(wait_until(
      10, [&] { return holds(read_file("/proc/" + std::to_string(child) + "/stat"), ") Z "); }));
  running.signal(SIGCONT);
  CHECK(running.wait().err == "");
}

}  // namespace stepbox
