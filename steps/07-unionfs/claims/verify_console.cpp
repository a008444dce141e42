// The claims of step 7 about terminals: the container's, and the caller's during attach.
#include <signal.h>
#include <unistd.h>

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

// A container with a terminal, attached to the terminal of the claim.
RunSpec at_terminal(const std::string& name, const Words& command) {
  return {.options = {"-i", "-t", "--name", name}, .command = command};
}

}  // namespace

CLAIM("-t gives the container a terminal of its own",
      {.step = 7, .points = 2, .hint = "opened inside: /dev/ptmx of its own devpts"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  PtyRun run = subject.start_on_pty(at_terminal(
      name,
      {"/bin/sh", "-c", "tty; echo to-console >/dev/console; readlink /proc/self/fd/2; exit 7"}));
  CHECK(run.wait() == 7);
  CHECK(run.screen() == "/dev/pts/0\r\nto-console\r\n/dev/pts/0\r\n");
  CHECK_FALSE(run.is_raw());
  verb(subject, "rm", {name});
}

CLAIM("a container's terminal follows the size of the caller's",
      {.step = 7, .hint = "TIOCGWINSZ before it starts, TIOCSWINSZ at each SIGWINCH"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  PtyRun run = subject.start_on_pty(at_terminal(name, {"/bin/probe", "window"}));
  run.wait_for_output("window 24 x 80");
  run.resize(50, 132);
  run.wait_for_output("window 50 x 132");
  CHECK(run.wait() == 0);
  verb(subject, "rm", {name});
}

CLAIM("at a terminal ^C goes to the container",
      {.step = 7, .hint = "raw mode: the terminal inside makes a signal of it"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  PtyRun run = subject.start_on_pty(at_terminal(name, {"/bin/probe", "catch"}));
  run.wait_for_output("ready");
  CHECK(run.is_raw());
  run.type("\x03");
  run.wait_for_output("caught INT");
  CHECK(run.wait() == 5);
  CHECK_FALSE(run.is_raw());
  verb(subject, "rm", {name});
}

CLAIM("ctrl-p ctrl-q detaches and attach returns", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string word = random_word();
  PtyRun run = subject.start_on_pty(
      at_terminal(name, {"/bin/sh", "-c", "echo ready; read x; echo got $x; read x; exit 7"}));
  run.wait_for_output("ready");
  run.type("\x10\x11");
  CHECK(run.wait() == 0);
  CHECK_FALSE(run.is_raw());
  CHECK(holds(verb(subject, "ps", {}), name));
  PtyRun again = subject.start_on_pty(
      {.options = {"--detach-keys", "ctrl-x,y"}, .command = {name}, .verb = "attach"});
  again.type(word + "\n");
  again.wait_for_output("got " + word);
  again.type("\x18y");
  CHECK(again.wait() == 0);
  PtyRun last = subject.start_on_pty({.command = {name}, .verb = "attach"});
  last.type("\n");
  CHECK(last.wait() == 7);
  verb(subject, "rm", {name});
}

CLAIM("the terminal is restored when a signal ends the client or the container",
      {.step = 7, .points = 2, .hint = "a guard whose destructor calls tcsetattr(3)"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  PtyRun run = subject.start_on_pty(at_terminal(name, {"/bin/probe", "wait", name}));
  run.wait_for_output("ready");
  for (const int number : {SIGTERM, SIGHUP, SIGINT}) {
    PtyRun attached = subject.start_on_pty({.command = {name}, .verb = "attach"});
    while (!attached.is_raw()) stage.on_host({"sleep", "0.01"});
    ::kill(stage.find_process("attach"), number);
    CHECK(attached.wait() == 128 + number);
    CHECK_FALSE(attached.is_raw());
  }
  ::kill(stage.find_process(name), SIGKILL);
  CHECK(run.wait() == 137);
  CHECK_FALSE(run.is_raw());
  verb(subject, "rm", {name});
}

CLAIM("-i -t without a terminal is 125", {.step = 7}) {
  const Run run =
      subject.run({.options = {"-i", "-t"}, .command = {"/bin/true"}, .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "terminal"));
  const Run keys = subject.run(
      {.options = {"--detach-keys", "shift-a"}, .command = {"/bin/true"}, .may_refuse = true});
  CHECK(keys.status == 125);
  CHECK(holds(keys.err, "'shift-a' is not a key"));
}

CLAIM("attach types into run -d -i and returns its status", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string word = random_word();
  subject.run({.options = {"-d", "-i", "--name", name},
               .command = {"/bin/sh", "-c", "read x; echo got $x; echo error >&2; exit 7"}});
  const Run run = subject.run({.command = {name}, .stdin_text = word + "\n", .verb = "attach"});
  CHECK(run.out == "got " + word + "\n");
  CHECK(run.err == "error\n");
  CHECK(run.status == 7);
  CHECK_MESSAGE(subject.run({.command = {name}, .verb = "attach"}).status == 1, "it has ended");
  verb(subject, "rm", {name});
}

CLAIM("attach to a container in the foreground is refused", {.step = 7}) {
  const std::string name = random_word();
  Running running =
      subject.start({.options = {"--name", name}, .command = {"/bin/probe", "wait", name}});
  running.wait_for_output("ready");
  const Run run = subject.run({.command = {name}, .verb = "attach"});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "foreground"));
  running.signal(SIGTERM);
  running.wait();
  verb(subject, "rm", {name});
}

CLAIM("exec -t has a terminal and returns the status", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  PtyRun run =
      subject.start_on_pty({.options = {"-i", "-t"},
                            .command = {name, "/bin/sh", "-c", "tty; read x; echo got $x; exit 7"},
                            .verb = "exec"});
  run.wait_for_output("/dev/pts/0");
  run.type("word\n");
  run.wait_for_output("got word");
  CHECK(run.wait() == 7);
  CHECK_FALSE(run.is_raw());
  verb(subject, "rm", {"-f", name});
}

CLAIM("keys typed at the end do not change the status of a command",
      {.step = 7,
       .points = 2,
       .hint = "after ECONNRESET recv(2) still returns what was sent before"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  const Words command{"/bin/sh", "-c", "echo ready; read x; exit 7"};
  Words inside{name};
  inside.insert(inside.end(), command.begin(), command.end());
  const RunSpec run{.options = {"-i", "-t"}, .command = command};
  const RunSpec exec{.options = {"-i", "-t"}, .command = inside, .verb = "exec"};
  for (int round = 0; round < 10; ++round) {
    for (const RunSpec& spec : {run, exec}) {
      PtyRun typed = subject.start_on_pty(spec);
      typed.wait_for_output("ready");
      typed.type("\n");
      for (int i = 0; i < 60; ++i) {  // also while the monitor gives everything back
        typed.type("x");
        ::usleep(500);
      }
      CHECK(typed.wait() == 7);
    }
  }
  verb(subject, "rm", {"-f", name});
}

CLAIM("exec reads stdin with -i only", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  for (const bool interactive : {true, false}) {
    const Run run = subject.run({.options = interactive ? Words{"-i"} : Words{},
                                 .command = {name, "/bin/cat"},
                                 .stdin_text = "word",
                                 .verb = "exec"});
    CHECK(run.out == (interactive ? "word" : ""));
  }
  verb(subject, "rm", {"-f", name});
}

CLAIM("exec -d returns when the command runs", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string word = random_word();
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  const Run run = subject.run(
      {.options = {"-d"}, .command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
  CHECK(run.status == 0);
  stage.find_process(word);
  const Run bad = subject.run({.options = {"-d"}, .command = {name, "/no/such"}, .verb = "exec"});
  CHECK(bad.status == 127);
  verb(subject, "rm", {"-f", name});  // and with it all that runs inside
}

}  // namespace stepbox
