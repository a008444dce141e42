// The claims of step 7 about logs, and about attached clients.
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

// Starts the subject with its stdout and stderr in one pipe.
const Words kIntoOnePipe = {"/bin/sh", "-c", "\"$@\" 2>&1 | cat", "sh"};

// Runs a script in the background, to its end.
void run_through(Subject& subject, const std::string& name, const std::string& script) {
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/sh", "-c", script}});
  verb(subject, "wait", {name});
}

}  // namespace

CLAIM("logs prints the output of stdout and stderr", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_through(subject, name, "echo one; echo error >&2; printf two; printf ' more'");
  const Run run = subject.run({.command = {name}, .verb = "logs"});
  CHECK(run.out == "one\ntwo more");
  CHECK(run.err == "error\n");
  CHECK(run.status == 0);
  verb(subject, "rm", {name});
}

CLAIM("logs prints lines in the order in which they were written",
      {.step = 7, .hint = "flush one stream before a line of the other"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string go = stage.scratch("go");
  make_directories(go);
  subject.run(
      {.options = {"-d", "--name", name, "-v", go + ":/mnt"},
       .command = {"/bin/sh", "-c",
                   "for i in 1 2 3 4; do until [ -e /mnt/$i ]; do /bin/usleep 1000; done; "
                   "if [ $i = 1 ] || [ $i = 3 ]; then echo $i; else echo $i >&2; fi; done"}});
  for (const char* line : {"1", "2", "3", "4"}) {
    create_file(go + "/" + line, "");
    for (bool logged = false; !logged;) {
      const Run run = subject.run({.command = {name}, .verb = "logs"});
      logged = holds(run.out + run.err, line);
    }
  }
  verb(subject, "wait", {name});
  for (const Words& options : {Words{}, Words{"-f"}, Words{"--tail", "4"}}) {
    const Run run = subject.run(
        {.options = options, .command = {name}, .verb = "logs", .through = kIntoOnePipe});
    CHECK(run.out == "1\n2\n3\n4\n");
  }
  verb(subject, "rm", {name});
}

CLAIM("logs accepts --tail and --since and -t", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_through(subject, name, "echo one; echo two; echo three");
  CHECK(verb(subject, "logs", {"--tail", "2", name}) == "two\nthree\n");
  CHECK(verb(subject, "logs", {"-n", "0", name}) == "");
  CHECK(verb(subject, "logs", {"--tail", "-1", name}) == "one\ntwo\nthree\n");
  CHECK(verb(subject, "logs", {"--since", "1h", name}) == "one\ntwo\nthree\n");
  CHECK(verb(subject, "logs", {"--since", "2099-01-01", name}) == "");
  for (const char* past : {"90m1.5s", "3600000ms", "2001-02-03T04", "2001-02-03T04:05+01:00",
                           "2001-02-03Z", "1000000000.000000001", "2001-02-03T04:05:06.5"}) {
    CAPTURE(std::string(past));
    CHECK(verb(subject, "logs", {"--since", past, name}) == "one\ntwo\nthree\n");
    CHECK(verb(subject, "logs", {"--until", past, name}) == "");
  }
  CHECK(verb(subject, "logs", {"--since", "-1h", name}) == "");  // in an hour
  const std::string line = verb(subject, "logs", {"-t", "--tail", "1", name});
  CHECK(line.size() == std::string("2026-11-22T01:44:00.123456789Z three\n").size());
  CHECK(line.find("Z three\n") == 29);
  for (const Words& bad : {Words{"--tail", "x", name}, Words{"--since", "10m5", name},
                           Words{"--since", "yesterday", name}, Words{random_word()}}) {
    CHECK(subject.run({.command = bad, .verb = "logs"}).status == 1);
  }
  verb(subject, "rm", {name});
}

CLAIM("logs --until ends at the given time", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run(
      {.options = {"-d", "--name", name},
       .command = {"/bin/sh", "-c", "echo one; sleep 0.2; echo more; exec /bin/probe wait"}});
  Running logs = subject.start({.options = {"-f", "-t"}, .command = {name}, .verb = "logs"});
  logs.wait_for_output("Z ready");
  const std::string first = logs.out().substr(0, 30);
  CHECK(verb(subject, "logs", {"--until", first, name}) == "one\n");
  CHECK(verb(subject, "logs", {"--until", "1h", name}) == "");
  CHECK(holds(verb(subject, "logs", {"--until", "2099-01-01", name}), "more\nready\n"));
  CHECK(verb(subject, "logs", {"-f", "--until", first, name}) == "one\n");
  CHECK(subject.run({.command = {"--until", "noon", name}, .verb = "logs"}).status == 1);
  verb(subject, "rm", {"-f", name});
  logs.wait();
}

CLAIM("logs -f follows until the container ends", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string go = stage.scratch("go");
  make_directories(go);
  subject.run({.options = {"-d", "--name", name, "-v", go + ":/mnt"},
               .command = {"/bin/sh", "-c",
                           "echo one; until [ -e /mnt/go ]; do sleep 0.01; done; echo two"}});
  Running logs = subject.start({.options = {"-f"}, .command = {name}, .verb = "logs"});
  logs.wait_for_output("one\n");
  create_file(go + "/go", "");
  const Run run = logs.wait();
  CHECK(run.out == "one\ntwo\n");
  CHECK(run.status == 0);
  verb(subject, "rm", {name});
}

CLAIM("a log is bounded and keeps its last lines",
      {.step = 7, .hint = "when it is full, rename it, and begin anew"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_through(subject, name,
              "yes 0123456789012345678901234567890123456789 | head -n 1000000\n"
              "echo last");
  CHECK(verb(subject, "logs", {"--tail", "1", name}) == "last\n");
  const std::string sizes =
      stage.on_host({"sh", "-c", "du -cb /var/lib/stepbox/containers/*/log.json* | tail -n 1"});
  CHECK_MESSAGE(std::stol(sizes) < 21 << 20, "more than 20 MB: " << sizes);
  verb(subject, "rm", {name});
}

CLAIM("an attached client that does not read does not block the container",
      {.step = 7,
       .points = 2,
       .hint = "MSG_DONTWAIT: a slow client loses messages, and is told so"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run(
      {.options = {"-d", "-i", "--name", name},
       .command = {"/bin/sh", "-c",
                   "until read -t 1 x; do echo waiting; done; "
                   "yes 012345678901234567890123456789012345678 | head -n 300000; echo last"}});
  Running stuck = subject.start({.command = {name}, .verb = "attach"});
  stuck.wait_for_output("waiting");
  Running listening = subject.start({.command = {name}, .stdin_text = "go\n", .verb = "attach"});
  stage.find_process("attach");
  ::kill(stuck.pid(), SIGSTOP);
  CHECK(verb(subject, "wait", {name}) == "0\n");
  ::kill(stuck.pid(), SIGCONT);
  CHECK(stuck.wait().status == 0);
  listening.wait();
  verb(subject, "rm", {name});
}

CLAIM("a full disk stops the log and not the container", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string small = stage.scratch("small");
  make_directories(small);
  stage.on_host({"mount", "-t", "tmpfs", "-o", "size=1m", "small", small});
  const std::string name = random_word();
  subject.run({.options = {"--root", small, "-d", "-i", "--name", name},
               .command = {"/bin/sh", "-c",
                           "read x; yes y 0123456789012345678901234567890123456 | head -n 100000 "
                           "&& echo last; exit 7"}});
  const Run run = subject.run(
      {.options = {"--root", small}, .command = {name}, .stdin_text = "go\n", .verb = "attach"});
  CHECK(run.status == 7);
  CHECK(holds(run.out, "last\n"));
  CHECK(holds(subject.run({.options = {"--root", small}, .command = {name}, .verb = "logs"}).out,
              "y 01234"));
  subject.run({.options = {"--root", small}, .command = {name}, .verb = "rm"});
  stage.on_host({"umount", small});
}

}  // namespace stepbox
