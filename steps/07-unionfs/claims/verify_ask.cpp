// The claims of step 7 about help, version, prune, and the resource usage of containers.
#include <algorithm>

#include "07-unionfs/claims/verify.hpp"

namespace stepbox {

// --- help ---------------------------------------------------------------------------------

CLAIM("--help lists the verbs and each verb has a --help of its own", {.step = 7}) {
  const Run help = subject.run({.verb = "--help"});
  CHECK(help.status == 0);
  for (const char* verb : {"exec", "ps", "rm", "run", "start"}) {
    CHECK(holds(help.out, std::string("\n  ") + verb + " "));
    const Run own = subject.run({.options = {"--help"}, .verb = verb});
    CHECK(own.status == 0);
    CHECK(holds(own.out.substr(0, own.out.find('\n')), std::string(" ") + verb + " "));
  }
}

CLAIM("a misspelled verb is refused with a suggestion", {.step = 7}) {
  const Run run = subject.run({.command = {"box"}, .verb = "strat", .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "did you mean start?"));
}

CLAIM("a verb that fails or has wrong words has status 1 and an unknown option 125", {.step = 7}) {
  CHECK(subject.run({.command = {"nobody"}, .verb = "start"}).status == 1);
  const Run bogus = subject.run({.options = {"--bogus"}, .verb = "ps", .may_refuse = true});
  CHECK(bogus.status == 125);
  for (const char* verb : {"run", "exec", "start", "rm", "logs", "inspect", "commit"}) {
    const Run without = subject.run({.no_rootfs = true, .verb = verb, .may_refuse = true});
    CHECK_MESSAGE(without.status == 1, "without words: " << verb);
    CHECK(holds(without.err, " given"));
  }
  for (const char* verb : {"ps", "info", "version", "prune", "rescue"}) {
    const Run with = subject.run({.command = {"word"}, .verb = verb, .may_refuse = true});
    CHECK_MESSAGE(with.status == 1, "with a word: " << verb);
    CHECK(holds(with.err, "unexpected word"));
  }
  const Run none = subject.run({.no_rootfs = true, .may_refuse = true});
  CHECK_MESSAGE(none.status == 125, "without a verb, as in the steps before");
}

// --- info, version ------------------------------------------------------------------------

CLAIM("info counts containers by state", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--rm"});
  subject.run({.options = {"--name", "ended"}, .command = {"/bin/true"}});
  const std::string text = subject.run({.verb = "info"}).out;
  CHECK(text.starts_with("Containers: 2\n Running: 1\n Paused: 0\n Stopped: 1\n"));
  CHECK(holds(text, "Kernel Version: "));
  const std::string json = subject.run({.options = {"--format", "json"}, .verb = "info"}).out;
  CHECK(json.starts_with("{\"Containers\":2,\"ContainersRunning\":1,"));
  stop(running);
  remove(subject, "ended");
}

CLAIM("version prints the version of stepbox", {.step = 7}) {
  CHECK(holds(subject.run({.verb = "version"}).out, "\n Version: "));
  const Run json = subject.run({.options = {"--format", "json"}, .verb = "version"});
  CHECK(json.out.starts_with("{\"Client\":{\"Version\":\""));
}

// --- prune --------------------------------------------------------------------------------

CLAIM("prune removes stopped containers and nothing else", {.step = 7, .points = 2}) {
  const std::string alive = random_word();
  Running running = start_named(subject, alive, {"--rm"});
  subject.run({.options = {"--name", "ended"},
               .command = {"/bin/dd", "if=/dev/zero", "of=/big", "bs=1000", "count=4990"}});
  subject.run(
      {.options = {"--name", "made"}, .command = {stage.rootfs(), "/bin/true"}, .verb = "create"});
  const Run refused = subject.run({.verb = "prune"});
  CHECK(refused.status == 1);
  CHECK(holds(refused.err, "standard input is no terminal"));
  CHECK(lines_of(subject.run({.options = {"-aq"}, .verb = "ps"}).out).size() == 3);
  const Run run = subject.run({.options = {"-f"}, .verb = "prune"});
  CHECK(run.status == 0);
  CHECK(run.out.starts_with("Deleted Containers:\n"));
  CHECK(holds(run.out, "Total reclaimed space: 5MB"));
  CHECK(lines_of(subject.run({.options = {"-aq"}, .verb = "ps"}).out).size() == 1);
  CHECK(subject.run({.options = {"-f"}, .verb = "prune"}).out == "Total reclaimed space: 0B\n");
  stop(running);
}

CLAIM("prune at a terminal asks and accepts only y", {.step = 7}) {
  subject.run({.options = {"--name", "ended"}, .command = {"/bin/true"}});
  const auto answer = [&](const char* keys) {
    PtyRun terminal = subject.start_on_pty({.verb = "prune"});
    terminal.wait_for_output("[y/N] ");
    terminal.type(keys);
    return terminal.wait();
  };
  CHECK(answer("n\n") == 1);
  CHECK(answer("\n") == 1);
  CHECK(answer("\x03") == 130);
  CHECK(lines_of(subject.run({.options = {"-aq"}, .verb = "ps"}).out).size() == 1);
  CHECK(answer("y\n") == 0);
  CHECK(subject.run({.options = {"-aq"}, .verb = "ps"}).out == "");
}

// --- top, stats, port ---------------------------------------------------------------------

CLAIM("top lists all processes of a container and no others",
      {.step = 7, .points = 2, .hint = "they share its PID namespace, however they came there"}) {
  const std::string name = random_word(), word = random_word();
  Running running = start_named(subject, name, {"--rm"});
  Running joined = subject.start({.command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
  joined.wait_for_output("ready");
  const auto lines = lines_of(subject.run({.command = {name}, .verb = "top"}).out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        std::vector<std::string>{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"});
  std::vector<std::string> pids{lines[1].at(1), lines[2].at(1)};
  CHECK(std::count(pids.begin(), pids.end(), std::to_string(stage.find_process(word))) == 1);
  CHECK(subject.run({.command = {name, "-o", "pid,comm"}, .verb = "top"}).out.starts_with("PID "));
  const Run blind = subject.run({.command = {name, "-o", "comm"}, .verb = "top"});
  CHECK(blind.status == 1);
  CHECK(holds(blind.err, "prints no column PID"));
  check_unknown(subject, "top");
  stop(joined);
  stop(running);
}

CLAIM("stats prints the usage and limits of a container", {.step = 7, .points = 2}) {
  if (!has_controller("memory")) skip("no cgroup controller for memory here");
  const std::string name = random_word();
  Running running =
      subject.start({.options = {"--rm", "--name", name, "-m", "96m"},
                     .command = {"/bin/sh", "-c", "echo ready; while :; do :; done"}});
  running.wait_for_output("ready");
  const Run run = subject.run({.options = {"--no-stream"}, .command = {name}, .verb = "stats"});
  const auto lines = lines_of(run.out);
  REQUIRE(lines.size() == 2);
  REQUIRE(lines[1].size() == 14);
  CHECK(lines[1][1] == name);
  CHECK(lines[1][2].ends_with("%"));
  CHECK_MESSAGE(lines[1][2] != "0.00%", "it is busy");
  CHECK(lines[1][5] == "96MiB");
  CHECK_MESSAGE(lines[1][3] != "0B", "it has a stack at least");
  CHECK_MESSAGE(lines[1][13] == "1", "one process");
  check_unknown(subject, "stats");
  running.signal(SIGTERM);
  running.wait();
}

CLAIM("stats at a terminal refreshes each second until ^C", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--rm"});
  PtyRun terminal = subject.start_on_pty({.verb = "stats"});
  terminal.wait_for_output(name, 2);
  terminal.type("\x03");
  CHECK(terminal.wait() == 130);
  CHECK_MESSAGE(!holds(terminal.screen(), "\x1b[?"), "no mode of the terminal is changed");
  stop(running);
}

CLAIM("stats ends with the containers that it shows", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--rm"});
  Running stats = subject.start({.command = {name}, .verb = "stats"});
  stats.wait_for_output(name);
  stop(running);
  CHECK(stats.wait().status == 0);
}

CLAIM("port lists the published ports of a container", {.step = 7}) {
  const std::string name = random_word();
  Running running =
      start_named(subject, name, {"--rm", "-p", "8080:80", "-p", "127.0.0.1:5353:53/udp"});
  const auto port = [&](std::vector<std::string> words) {
    words.insert(words.begin(), name);
    return subject.run({.command = words, .verb = "port"});
  };
  CHECK(port({}).out == "53/udp -> 127.0.0.1:5353\n80/tcp -> 0.0.0.0:8080\n");
  CHECK(port({"80"}).out == "0.0.0.0:8080\n");
  CHECK(port({"53/udp"}).out == "127.0.0.1:5353\n");
  CHECK_MESSAGE(port({"53"}).status == 1, "that is UDP");
  check_unknown(subject, "port");
  stop(running);
}

}  // namespace stepbox
