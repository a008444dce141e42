// The claims of the challenge `pause`.
#include <signal.h>

#include "common/deadline.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// Waits until the group of `pid` is frozen, or until it is not.
bool becomes(pid_t pid, bool frozen) {
  const std::string group = Stage::group_of(pid, "freezer");
  return wait_until(10, [&] {
    if (!exists(group + "/freezer.state")) {
      return exists(group + "/cgroup.events") &&
             holds(read_file(group + "/cgroup.events"), frozen ? "frozen 1" : "frozen 0");
    }
    return read_file(group + "/freezer.state") == (frozen ? "FROZEN\n" : "THAWED\n");
  });
}

// A command that counts, and one that it has started, in a session of its own. The first one calls
// no vfork(2): on v1 a single write would not always freeze it.
Running start_counting(Subject& subject, const std::string& file, const std::string& word) {
  Running running = subject.start(
      {.command = {"/bin/sh", "-c", "setsid sleep 1000 & echo up; while :; do echo >>$0; done",
                   file, word}});
  running.wait_for_output("up");
  return running;
}

}  // namespace

CLAIM("USR1 freezes the command and all its descendants",
      {.step = 5,
       .points = 2,
       .hint = "a group of its own: freezer.state, or cgroup.freeze",
       .challenge = "pause"}) {
  const std::string word = random_word();
  Running running = start_counting(subject, stage.scratch("count"), word);
  const pid_t command = stage.find_process(word);  // before: a frozen one may not even be looked at
  const pid_t started = stage.find_process("1000");
  running.signal(SIGUSR1);
  CHECK(becomes(command, true));
  CHECK(becomes(started, true));
  stop(running);
  stage.expect_orphans();
}

CLAIM("USR2 resumes the command", {.step = 5, .hint = "THAWED, or 0", .challenge = "pause"}) {
  const std::string word = random_word();
  const std::string file = stage.scratch("count");
  Running running = start_counting(subject, file, word);
  const pid_t command = stage.find_process(word);
  running.signal(SIGUSR1);
  REQUIRE(becomes(command, true));
  const size_t before = read_file(file).size();
  running.signal(SIGUSR2);
  CHECK(becomes(command, false));
  CHECK(wait_until(10, [&] { return read_file(file).size() > before; }));
  stop(running);
  stage.expect_orphans();
}

CLAIM("TERM ends a command that is frozen",
      {.step = 5, .hint = "a frozen process gets no signal: thaw it", .challenge = "pause"}) {
  const std::string word = random_word();
  Running running = start_counting(subject, stage.scratch("count"), word);
  const pid_t command = stage.find_process(word);
  running.signal(SIGUSR1);
  REQUIRE(becomes(command, true));
  running.signal(SIGTERM);
  CHECK(running.wait().status == 143);
  stage.expect_orphans();
}

CLAIM("a command that can be paused ends as any other",
      {.step = 5, .hint = "SIGCHLD is one of the signals to wait for", .challenge = "pause"}) {
  const std::string missing = random_word();
  CHECK(subject.run({.command = {"/bin/sh", "-c", "exit 6"}}).status == 6);
  const Run run = subject.run({.command = {missing}});
  CHECK(run.status == 127);
  CHECK(holds(run.err, missing));
}

}  // namespace stepbox
