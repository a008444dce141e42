// The claims of the challenge `timeout`.
#include <signal.h>

#include <chrono>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("a command that ends in time keeps its status and arguments",
      {.step = 1, .hint = "WIFSIGNALED: then 128 and the signal", .challenge = "timeout"}) {
  const std::string word = random_word();
  const Run run = subject.run({.command = {"60", "/bin/sh", "-c", "echo $0; exit 6", word}});
  CHECK(run.out == word + "\n");
  CHECK(run.status == 6);
  CHECK(subject.run({.command = {"60", "/bin/sh", "-c", "kill -USR1 $$"}}).status == 128 + SIGUSR1);
}

CLAIM("a command that exceeds its time ends with 124 and not earlier",
      {.step = 1, .hint = "sigtimedwait(2) for SIGCHLD", .challenge = "timeout"}) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  CHECK(subject.run({.command = {"0.4", "sleep", "1000"}}).status == 124);
  CHECK(Clock::now() - begin >= Milliseconds(400));
}

CLAIM("a command that exceeds its time may clean up",
      {.step = 1, .hint = "TERM first; KILL a second later", .challenge = "timeout"}) {
  const std::string word = random_word();
  const std::string script = "trap 'echo " + word + "; exit 0' TERM; sleep 1000 & wait";
  const Run run = subject.run({.command = {"0.3", "/bin/sh", "-c", script}});
  stage.expect_orphans();
  CHECK(run.out == word + "\n");
  CHECK(run.status == 124);
}

CLAIM("a command that ignores TERM is killed",
      {.step = 1, .hint = "a second after TERM: KILL", .challenge = "timeout"}) {
  const std::string script = "trap '' TERM; sleep 1000; sleep 1000";
  const Run run = subject.run({.command = {"0.1", "/bin/sh", "-c", script}});
  stage.expect_orphans();
  CHECK(run.status == 124);
}

CLAIM("the processes of a command that exceeds its time end with it",
      {.step = 1,
       .hint = "a process group of its own, and kill(2) with a negative pid",
       .challenge = "timeout"}) {
  const Run run = subject.run({.command = {"0.2", "/bin/sh", "-c", "sleep 1000 & sleep 1000"}});
  stage.expect_orphans();
  CHECK(run.status == 124);
}

CLAIM("the processes of a command that exceeds its time may clean up too",
      {.step = 1, .hint = "TERM for the whole group", .challenge = "timeout"}) {
  const std::string word = random_word();
  const std::string script = "(trap 'sleep 0.1; echo " + word +
                             "; exit' TERM; while :; do sleep 0.01; done) & exec sleep 1000";
  const Run run = subject.run({.command = {"1", "/bin/sh", "-c", script}});
  stage.expect_orphans();
  CHECK(run.out == word + "\n");
}

CLAIM("timeout passes TERM on to its command",
      {.step = 1,
       .hint = "hold it (sigprocmask(2)), wait for it, pass it on",
       .challenge = "timeout"}) {
  Running running = subject.start({.command = {"60", "/bin/sh", "-c", "echo up; exec sleep 1000"}});
  running.wait_for_output("up");
  running.signal(SIGTERM);
  CHECK(running.wait().status == 143);
  stage.expect_orphans();
}

CLAIM("a time that is not a number is refused and nothing is run",
      {.step = 1, .hint = "strtod(3): where did it stop?", .challenge = "timeout"}) {
  for (const char* time : {"soon", "3x", ""}) {
    const Run run = subject.run({.command = {time, "touch", stage.scratch("run")}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
    CHECK(!exists(stage.scratch("run")));
  }
}

}  // namespace stepbox
