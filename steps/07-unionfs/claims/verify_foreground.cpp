// The claims of step 7 about `run` and `start -a`, whose container has a monitor and a log.
#include <signal.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

using Words = std::vector<std::string>;

std::string verb(Subject& subject, const std::string& name, const Words& words) {
  return subject.run({.command = words, .verb = name}).out;
}

RunSpec spelled_run(const Words& options, const Words& command) {
  return {.options = options, .command = command, .verb = "run"};
}

}  // namespace

CLAIM("run reads stdin with -i only", {.step = 7}) {
  for (const bool kept : {true, false}) {
    stage.expect_orphans();
    const std::string name = random_word();
    for (const bool interactive : {true, false}) {
      Words options = interactive ? Words{"-i"} : Words{};
      if (kept) options.insert(options.end(), {"--name", name});
      RunSpec spec = spelled_run(options, {"/bin/cat"});
      spec.stdin_text = "word";
      const Run run = subject.run(spec);
      CHECK(run.status == 0);
      CHECK(run.out == (interactive ? "word" : ""));
      if (!kept) continue;
      const Run again = subject.run({.options = interactive ? Words{"-a", "-i"} : Words{"-a"},
                                     .command = {name},
                                     .stdin_text = "again",
                                     .verb = "start"});
      CHECK(again.out == (interactive ? "again" : ""));
      verb(subject, "rm", {name});
    }
  }
  const Run bare = subject.run({.command = {"/bin/cat"}, .stdin_text = "word"});
  CHECK(bare.out == "word");
}

CLAIM("a foreground run without --rm has a log and can be attached to",
      {.step = 7, .points = 2, .hint = "under a monitor, as run -d; --rm keeps the short way"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const Run failed = subject.run(
      spelled_run({"--name", name}, {"/bin/sh", "-c", "echo one; echo two >&2; exit 7"}));
  CHECK(failed.status == 7);
  CHECK(failed.out == "one\n");
  CHECK(failed.err == "two\n");
  const Run logs = subject.run({.command = {name}, .verb = "logs"});
  CHECK(logs.out == "one\n");
  CHECK(logs.err == "two\n");
  CHECK(subject.run({.options = {"-a"}, .command = {name}, .verb = "start"}).status == 7);
  CHECK(verb(subject, "logs", {name}) == "one\none\n");
  verb(subject, "rm", {name});
  CHECK(subject.run(spelled_run({"--name", name}, {"/no/such"})).status == 127);
  verb(subject, "rm", {name});
  const Run measured = subject.run(spelled_run({"--name", name, "--stats"}, {"/bin/true"}));
  CHECK_MESSAGE(holds(measured.err, "CPU time"), "the monitor's own messages are shown, too");
  verb(subject, "rm", {name});
}

CLAIM("the death of its client does not end a foreground run", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string beat =
      "trap 'echo caught TERM; exit 5' TERM; while :; do echo beat; sleep 0.1; done";
  Running run = subject.start(spelled_run({"--name", name}, {"/bin/sh", "-c", beat}));
  run.wait_for_output("beat");
  Running other = subject.start({.command = {name}, .verb = "attach"});
  other.wait_for_output("beat");
  run.kill_hard();
  CHECK(holds(verb(subject, "ps", {}), name));
  other.signal(SIGTERM);
  other.wait_for_output("caught TERM");
  CHECK(other.wait().status == 5);
  CHECK(verb(subject, "logs", {name}).ends_with("beat\ncaught TERM\n"));
  verb(subject, "rm", {name});
}

CLAIM("run forwards signals and loses no output to a slow reader",
      {.step = 7, .points = 2, .hint = "while its queue is full, do not read the container's"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  Running caught = subject.start(spelled_run({"--name", name}, {"/bin/probe", "catch"}));
  caught.wait_for_output("ready");
  caught.signal(SIGINT);
  CHECK(caught.wait().status == 5);
  verb(subject, "rm", {name});
  // Nobody reads the input: a signal behind it on the line would never arrive.
  RunSpec deaf = spelled_run({"-i", "--name", name}, {"/bin/probe", "catch"});
  deaf.through = {"/bin/sh", "-c", "exec \"$@\" </dev/zero", "sh"};
  Running flooded = subject.start(deaf);
  flooded.wait_for_output("ready");
  flooded.signal(SIGTERM);
  CHECK(flooded.wait().status == 5);
  verb(subject, "rm", {name});
  // 12 MB each way: more than the queue of the client and the pipes hold.
  RunSpec spec = spelled_run({"-i", "--name", name}, {"/bin/cat"});
  spec.through = {"/bin/sh", "-c", "yes 0123456 | head -n 1500000 | \"$@\" | { sleep 0.5; wc -c; }",
                  "sh"};
  CHECK(subject.run(spec).out == "12000000\n");
  verb(subject, "rm", {name});
}

}  // namespace stepbox
