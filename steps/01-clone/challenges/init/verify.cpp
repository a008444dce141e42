// The claims of the challenge `init`.
#include <signal.h>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("init exits as its command did",
      {.step = 1, .hint = "keep the status of the one that is the command", .challenge = "init"}) {
  const std::string word = random_word();
  const Run run = subject.run({.command = {"/bin/sh", "-c", "echo $0; exit 8", word}});
  CHECK(run.out == word + "\n");
  CHECK(run.status == 8);
  CHECK(subject.run({.command = {"/bin/sh", "-c", "kill -USR1 $$"}}).status == 128 + SIGUSR1);
}

CLAIM("init reaps orphans while its command runs",
      {.step = 1, .hint = "PR_SET_CHILD_SUBREAPER, then wait for any child", .challenge = "init"}) {
  const Run run = subject.run({.command = {stage.rootfs() + "/bin/probe", "orphan"}});
  CHECK(run.out == "reaped\n");
}

CLAIM("init kills the processes that its command left behind",
      {.step = 1,
       .hint = "/proc/thread-self/children names them; those you kill leave you theirs",
       .challenge = "init"}) {
  const std::string word = random_word();
  const std::string script = "setsid sh -c 'sleep 1000 & sleep 1000' & sleep 1000 & echo " + word;
  CHECK(subject.run({.command = {"/bin/sh", "-c", script}}).out == word + "\n");
}

CLAIM("init passes TERM on to its command",
      {.step = 1, .hint = "sigwait(3) for SIGCHLD and TERM", .challenge = "init"}) {
  Running running = subject.start({.command = {stage.rootfs() + "/bin/probe", "catch"}});
  running.wait_for_output("ready");
  running.signal(SIGTERM);
  const Run run = running.wait();
  CHECK(run.out == "ready\ncaught TERM\n");
  CHECK(run.status == 5);
}

CLAIM("init reports a command that does not exist",
      {.step = 1, .hint = "execvp(3) returned: 127 for ENOENT", .challenge = "init"}) {
  const std::string missing = random_word();
  const Run run = subject.run({.command = {missing}});
  CHECK(run.status == 127);
  CHECK(holds(run.err, missing));
}

}  // namespace stepbox
