// The claims of step 7 about signals and errors during a copy or a removal.
#include "07-unionfs/claims/verify.hpp"
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

CLAIM("signals during the removal do not interrupt it",
      {.step = 7,
       .kind = kKept,
       .hint = "a child removes the files: block signals until it has ended",
       .sabotage = "removal-interrupted"}) {
  stage.require_user_namespaces();
  stage.welcome_ordinary_user();
  stage.census_before();
  const std::string word = random_word();
  Running running = subject.start(
      {.options = {"--rm"}, .command = {"/bin/probe", "wait", word}, .ordinary_user = true});
  running.wait_for_output("ready");
  running.signal(SIGSTOP);  // so that the signals and the child's end are pending at the same time
  for (int signal : {SIGQUIT, SIGTERM}) running.signal(signal);
  const pid_t child = stage.find_process(word);
  ::kill(child, SIGKILL);
  CHECK(wait_until(
      10, [&] { return holds(read_file("/proc/" + std::to_string(child) + "/stat"), ") Z "); }));
  running.signal(SIGCONT);
  CHECK(running.wait().err == "");
}

CLAIM("a failed removal is reported and the next verb retries it",
      {.step = 7, .hint = "its holder's file stays"}) {
  const std::string name = random_word();
  const std::string file = random_word();
  const auto find = [&] { return stage.on_host({"find", "/var/lib/stepbox", "-name", file}); };
  subject.run({.options = {"--name", name}, .command = shell("echo x >/root/" + file)});
  const auto chattr = [&](const std::string& attribute) {
    return stage.on_host({"sh", "-c", "chattr $0 $1 2>&1 || :", attribute, words_in(find())[0]});
  };
  if (chattr("+i") != "") skip("this kernel's tmpfs knows no immutable file");
  const Run rm = tell(subject, "rm", {name}, true);
  CHECK(rm.status == 1);
  CHECK(rm.out == "");
  CHECK(holds(rm.err, "remove "));
  CHECK(find() != "");
  chattr("-i");
  tell(subject, "ps", {});
  CHECK(find() == "");
}

CLAIM("a container that ran before a reboot has exited and not in 1970",
      {.step = 7, .hint = "its holder is gone, with the run directory"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--network", "none"});
  running.kill_hard();
  stage.on_host({"rm", "-r", "-f", "/run/stepbox/containers", "/var/lib/stepbox/run/containers"});
  const std::string told = ps_all(subject);
  CHECK(holds(told, "Exited (137)"));
  CHECK_FALSE(holds(told, " years ago"));
  remove(subject, name);
}

}  // namespace stepbox
