// The claims of step 7 about what it tells: help, lists, and single containers.
#include <signal.h>

#include <algorithm>

#include "common/files.hpp"
#include "common/testing/claim.hpp"
#include "common/testing/stage.hpp"
#include "common/testing/subject.hpp"
#include "common/text.hpp"

namespace stepbox {
namespace {

// A container in the background, called `name`; it waits, with `name` as a word of its command.
Running start_named(Subject& subject, const std::string& name,
                    std::vector<std::string> options = {}) {
  options.insert(options.end(), {"--rm", "--name", name});
  Running running = subject.start({.options = options, .command = {"/bin/probe", "wait", name}});
  running.wait_for_output("ready");
  return running;
}

void stop(Running& running) {
  running.signal(SIGTERM);
  running.wait();
}

// The words of each line.
std::vector<std::vector<std::string>> lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  for (const std::string& line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(words_in(line));
  }
  return lines;
}

// A verb about a container that is not there has status 1, and says so.
void check_unknown(Subject& subject, const std::string& verb) {
  const Run run = subject.run({.command = {"nobody"}, .verb = verb});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such container: nobody"));
}

}  // namespace

// --- help ---------------------------------------------------------------------------------

CLAIM("--help lists the verbs and each verb has a --help of its own", {.step = 7}) {
  const Run help = subject.run({.verb = "--help"});
  CHECK(help.status == 0);
  for (const char* verb : {"exec", "ps", "rm", "run", "start"}) {
    CHECK(holds(help.out, std::string("\n  ") + verb + " "));
    const Run own = subject.run({.options = {"--help"}, .verb = verb});
    CHECK(own.status == 0);
    CHECK(holds(own.out, std::string("Usage: step7 ") + verb + " "));
  }
}

CLAIM("a misspelled verb is refused with the one that was meant", {.step = 7}) {
  const Run run = subject.run({.command = {"box"}, .verb = "strat", .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "did you mean start?"));
}

CLAIM("a verb that fails has status 1 and one that is misused has 125", {.step = 7}) {
  CHECK(subject.run({.command = {"nobody"}, .verb = "start"}).status == 1);
  CHECK(subject.run({.options = {"--bogus"}, .verb = "ps", .may_refuse = true}).status == 125);
  CHECK(subject.run({.command = {"word"}, .verb = "ps", .may_refuse = true}).status == 125);
}

// --- ps -----------------------------------------------------------------------------------

CLAIM("ps chooses by -f and -n and -l", {.step = 7, .points = 2}) {
  const std::string old = random_word(), ended = random_word(), alive = random_word();
  Running first = start_named(subject, old);
  subject.run({.options = {"--name", ended}, .command = {"/bin/sh", "-c", "exit 3"}});
  Running last = start_named(subject, alive);
  const auto names = [&](std::vector<std::string> options) {
    std::vector<std::string> found;
    for (const auto& line : lines_of(subject.run({.options = options, .verb = "ps"}).out)) {
      if (line.back() != "NAMES") found.push_back(line.back());
    }
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names({"-f", "status=exited"}) == Names{ended});
  CHECK(names({"-f", "exited=3"}) == Names{ended});
  CHECK(names({"-a", "-f", "exited=0"}) == Names{});
  CHECK(names({"-f", "name=" + old}) == Names{old});
  CHECK_MESSAGE(names({"-f", "name=" + ended}) == Names{}, "it does not run: that takes -a");
  CHECK(names({"-a", "-f", "name=" + ended, "-f", "name=" + old}).size() == 2);
  CHECK(names({"-a", "-f", "ancestor=" + stage.rootfs()}).size() == 3);
  CHECK(names({"-n", "2"}).size() == 2);
  CHECK(names({"-l"}).size() == 1);
  for (const char* filter : {"colour=red", "status=tired", "name=(", "name"}) {
    const Run run = subject.run({.options = {"-f", filter}, .verb = "ps", .may_refuse = true});
    CHECK(run.status == 125);
  }
  stop(first);
  stop(last);
  CHECK(subject.run({.command = {ended}, .verb = "rm"}).status == 0);
}

CLAIM("ps writes an object a line with --format json", {.step = 7}) {
  const std::string name = random_word();
  const Run run =
      subject.run({.options = {"--name", name}, .command = {"/bin/sh", "-c", "exit 3 # \"a\"\nb"}});
  CHECK(run.status == 3);
  const std::string line = subject.run({.options = {"-a", "--format", "json"}, .verb = "ps"}).out;
  CHECK(line.find('\n') == line.size() - 1);
  for (const char* part : {"\"State\":\"exited\"", "\"Status\":\"Exited (3) ", "\"Ports\":\"\"",
                           "\"Command\":\"\\\"/bin/sh -c 'exit 3"}) {
    CHECK_MESSAGE(holds(line, part), part);
  }
  CHECK(holds(line, "\"Names\":\"" + name + "\""));
  const Run table = subject.run({.options = {"-a", "--no-trunc"}, .verb = "ps"});
  CHECK_MESSAGE(lines_of(table.out).size() == 2, "one line a container, whatever its command");
  CHECK(holds(table.out, "exit 3 # \\\"a\\\"\\nb"));
  const Run ids = subject.run({.options = {"-aq", "--no-trunc"}, .verb = "ps"});
  CHECK(ids.out.size() == 65);
  CHECK(subject.run({.options = {"--format", "yaml"}, .verb = "ps", .may_refuse = true}).status ==
        125);
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("ps -s tells what a container has written", {.step = 7}) {
  const std::string name = random_word();
  const Run run =
      subject.run({.options = {"--name", name},
                   .command = {"/bin/dd", "if=/dev/zero", "of=/big", "bs=1000", "count=12"}});
  CHECK(run.status == 0);
  CHECK(holds(subject.run({.options = {"-as"}, .verb = "ps"}).out, "12kB (virtual "));
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

// --- inspect ------------------------------------------------------------------------------

CLAIM("inspect tells how a container was made and what it is doing", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  make_directories(stage.scratch("data"));
  Running running = start_named(
      subject, name,
      {"-m", "64m", "--cpus", "0.5", "-p", "8080:80", "-v", stage.scratch("data") + ":/mnt:ro"});
  const pid_t pid = stage.find_process(name);
  const std::string text = subject.run({.command = {name}, .verb = "inspect"}).out;
  for (const std::string& part :
       {std::string("\"Status\": \"running\""), "\"Pid\": " + std::to_string(pid) + ",",
        std::string("\"Memory\": 67108864"), std::string("\"NanoCpus\": 500000000"),
        std::string("\"HostPort\": \"8080\""), std::string("\"Path\": \"/bin/probe\""),
        "\"Source\": \"" + stage.scratch("data") + "\"", std::string("\"IPAddress\": \"172.16."),
        "\"Name\": \"/" + name + "\""}) {
    CHECK_MESSAGE(holds(text, part), part);
  }
  stop(running);
}

CLAIM("inspect prints what it finds and fails for what it does not", {.step = 7}) {
  const std::string name = random_word();
  subject.run({.options = {"--name", name}, .command = {"/bin/sh", "-c", "exit 3"}});
  const Run run = subject.run({.command = {"nobody", name}, .verb = "inspect"});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such object: nobody"));
  CHECK(holds(run.out, "\"ExitCode\": 3"));
  CHECK(holds(run.out, "\"Pid\": 0"));
  CHECK(subject.run({.command = {"nobody"}, .verb = "inspect"}).out == "[]\n");
  const Run image =
      subject.run({.options = {"--type", "image"}, .command = {name}, .verb = "inspect"});
  CHECK(image.status == 1);
  CHECK(holds(image.err, "no such image: " + name));
  const Run line =
      subject.run({.options = {"-f", "json"}, .command = {stage.rootfs()}, .verb = "inspect"});
  CHECK(line.out.starts_with("{\"Id\":"));
  CHECK(lines_of(line.out).size() == 1);
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

// --- top, stats, port ---------------------------------------------------------------------

CLAIM("top lists all processes of a container and no others",
      {.step = 7, .points = 2, .hint = "they share its PID namespace, however they came there"}) {
  const std::string name = random_word(), word = random_word();
  Running running = start_named(subject, name);
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
  CHECK(holds(blind.err, "shows no column PID"));
  check_unknown(subject, "top");
  stop(joined);
  stop(running);
}

CLAIM("stats tells what a container uses of its limits", {.step = 7, .points = 2}) {
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

CLAIM("stats at a terminal begins anew each second until ^C", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  PtyRun terminal = subject.start_on_pty({.verb = "stats"});
  terminal.wait_for_output(name, 2);
  terminal.type("\x03");
  CHECK(terminal.wait() == 130);
  CHECK_MESSAGE(!holds(terminal.screen(), "\x1b[?"), "no mode of the terminal is changed");
  stop(running);
}

CLAIM("stats ends with the containers that it was asked about", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  Running stats = subject.start({.command = {name}, .verb = "stats"});
  stats.wait_for_output(name);
  stop(running);
  CHECK(stats.wait().status == 0);
}

CLAIM("port tells which ports of the host lead to a container", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"-p", "8080:80", "-p", "127.0.0.1:5353:53/udp"});
  const auto port = [&](std::vector<std::string> words) {
    words.insert(words.begin(), name);
    return subject.run({.command = words, .verb = "port"});
  };
  CHECK(port({}).out == "80/tcp -> 0.0.0.0:8080\n53/udp -> 127.0.0.1:5353\n");
  CHECK(port({"80"}).out == "0.0.0.0:8080\n");
  CHECK(port({"53/udp"}).out == "127.0.0.1:5353\n");
  CHECK_MESSAGE(port({"53"}).status == 1, "that is UDP");
  check_unknown(subject, "port");
  stop(running);
}

}  // namespace stepbox
