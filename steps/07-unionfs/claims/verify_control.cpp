// The claims of step 7 about stop, kill and pause.
#include <time.h>

#include <chrono>

#include "07-unionfs/claims/verify.hpp"
#include "common/deadline.hpp"
#include "common/files.hpp"
#include "common/testing/stage/groups.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;

// A container whose command catches the usual signals, prints them, and exits with 5.
Running start_catching(Subject& subject, const std::string& name,
                       std::vector<std::string> options = {}, const char* times = "1") {
  options.insert(options.end(), {"--name", name});
  Running running = subject.start({.options = options, .command = {"/bin/probe", "catch", times}});
  running.wait_for_output("ready");
  return running;
}

// A container whose command ignores TERM.
Running start_deaf(Subject& subject, const std::string& name) {
  Running running = subject.start(
      {.options = {"--name", name},
       .command = shell("trap '' TERM; echo ready; while :; do /bin/sleep 0.1; done")});
  running.wait_for_output("ready");
  return running;
}

// A container that prints a line every 10 ms.
Running start_talking(Subject& subject, const std::string& name) {
  Running running =
      subject.start({.options = {"--name", name},
                     .command = shell("while :; do echo x; /bin/usleep 10000; done")});
  running.wait_for_output("x");
  return running;
}

// Whether it prints nothing for a third of a second. This sleep is the measurement itself.
bool is_silent(const Running& running) {
  const std::string before = running.out();
  const timespec third{.tv_sec = 0, .tv_nsec = 333'000'000};
  ::nanosleep(&third, nullptr);
  return running.out() == before;
}

void check_talks(const Running& running) {
  const std::string before = running.out();
  running.wait_for_output(before + "x\n");
}

// Waits until the process has `path` open: it waits for the lock on it.
void wait_until_open(const Running& running, const std::string& path) {
  const std::string folder = "/proc/" + std::to_string(running.pid()) + "/fd/";
  const auto is_open = [&] {
    for (int fd = 3; fd < 32; ++fd) {
      if (read_link(folder + std::to_string(fd)) == path) return true;
    }
    return false;
  };
  REQUIRE(wait_until(10, is_open));
}

// Skips the claim without v1's freezer or cgroup v2.
void require_freezer() {
  if (!has_controller("freezer") && !exists("/sys/fs/cgroup/cgroup.controllers")) {
    skip("no freezer here");
  }
}

}  // namespace

// --- stop ---------------------------------------------------------------------------------

CLAIM("stop sends the stop signal and ps shows the command's status", {.step = 7, .points = 2}) {
  const std::string name = random_word(), other = random_word();
  Running running = start_catching(subject, name);
  check_done(subject, "stop", {name});
  const Run run = running.wait();
  CHECK(run.out == "ready\ncaught TERM\n");
  CHECK(run.status == 5);
  CHECK(holds(ps_all(subject), "Exited (5)"));
  remove(subject, name);
  Running second = start_catching(subject, other, {"--stop-signal", "USR1"});
  check_done(subject, "stop", {other});
  CHECK(second.wait().out == "ready\ncaught USR1\n");
  remove(subject, other);
}

CLAIM("stop kills a container that does not end in time", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  Running running = start_deaf(subject, name);
  const auto start = Clock::now();
  check_done(subject, "stop", {"-t", "1", name});
  CHECK(Clock::now() - start >= std::chrono::seconds(1));
  CHECK(running.wait().status == 137);
  remove(subject, name);
}

CLAIM("stop does not wait for a command that ignores the signal",
      {.step = 7, .hint = "process 1 gets no signal that it has no handler for"}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  const auto start = Clock::now();
  check_done(subject, "stop", {"--time", "60", name});
  CHECK(Clock::now() - start < std::chrono::seconds(30));
  CHECK(running.wait().status == 137);
  remove(subject, name);
}

CLAIM("stop waits for several containers at the same time", {.step = 7}) {
  std::vector<std::string> names{random_word(), random_word(), random_word()};
  std::vector<Running> containers;
  for (const std::string& name : names) containers.push_back(start_deaf(subject, name));
  const auto start = Clock::now();
  const Run run = tell(subject, "stop", {"-t", "3", names[0], names[1], "nobody", names[2]});
  CHECK(Clock::now() - start < std::chrono::seconds(6));
  CHECK(run.out == names[0] + "\n" + names[1] + "\n" + names[2] + "\n");
  CHECK(holds(run.err, "no such container: nobody"));
  CHECK(run.status == 1);
  for (Running& container : containers) CHECK(container.wait().status == 137);
  for (const std::string& name : names) remove(subject, name);
}

CLAIM("concurrent stops succeed and so does stop of an exited container", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_catching(subject, name);
  Running one = subject.start({.command = {name}, .verb = "stop"});
  Running other = subject.start({.command = {name}, .verb = "stop"});
  CHECK(one.wait().status == 0);
  CHECK(other.wait().status == 0);
  CHECK(running.wait().status == 5);
  check_done(subject, "stop", {name});
  remove(subject, name);
  check_unknown(subject, "stop");
  CHECK(tell(subject, "stop", {"-t", "soon", name}, true).status == 125);
}

// --- kill ---------------------------------------------------------------------------------

CLAIM("kill sends the named signal", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_catching(subject, name, {}, "3");
  for (const char* signal : {"USR1", "SIGUSR2", "1"}) {
    check_done(subject, "kill", {"-s", signal, name});
    running.wait_for_output(signal == std::string("1") ? "caught HUP" : "caught USR");
  }
  CHECK(holds(running.wait().out, "caught USR2"));
  check_failed(subject, "kill", {name}, "is not running");
  remove(subject, name);
}

CLAIM("kill without a signal sends KILL", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_deaf(subject, name);
  check_done(subject, "kill", {name});
  CHECK(running.wait().status == 137);
  remove(subject, name);
  check_unknown(subject, "kill");
  const Run bad = tell(subject, "kill", {"-s", "FOO", name}, true);
  CHECK(bad.status == 125);
  CHECK(holds(bad.err, "'FOO' is not a signal"));
}

// --- pause --------------------------------------------------------------------------------

CLAIM("pause freezes every process and unpause resumes them",
      {.step = 7,
       .points = 2,
       .hint = "freezer.state, cgroup.freeze: of what exec has added too"}) {
  require_freezer();
  const std::string name = random_word();
  Running first = start_talking(subject, name);
  Running second = subject.start(
      {.command = {name, "/bin/sh", "-c", "while :; do echo x; /bin/usleep 10000; done"},
       .verb = "exec"});
  second.wait_for_output("x");
  check_done(subject, "pause", {name});
  CHECK(is_silent(first));
  CHECK(is_silent(second));
  CHECK(holds(ps_all(subject), "(Paused)"));
  check_failed(subject, "pause", {name}, "is already paused");
  check_failed(subject, "exec", {name, "/bin/true"}, "is paused");
  check_done(subject, "unpause", {name});
  check_talks(first);
  check_talks(second);
  CHECK_FALSE(holds(ps_all(subject), "(Paused)"));
  check_failed(subject, "unpause", {name}, "is not paused");
  check_done(subject, "kill", {name});
  first.wait();
  second.wait();
  check_failed(subject, "pause", {name}, "is not running");
  remove(subject, name);
  check_unknown(subject, "pause");
  check_unknown(subject, "unpause");
}

CLAIM("a container that always waits for a vfork child is paused",
      {.step = 7, .hint = "v1: while the state is FREEZING, write FROZEN again"}) {
  require_freezer();
  const std::string name = random_word();
  Running busy =
      subject.start({.options = {"--name", name}, .command = {"/bin/probe", "vforks", "60"}});
  busy.wait_for_output("ready");
  for (int i = 0; i < 10; ++i) {
    check_done(subject, "pause", {name});
    check_done(subject, "unpause", {name});
  }
  check_done(subject, "kill", {name});
  busy.wait();
  remove(subject, name);
}

CLAIM("a paused container can be stopped and killed and removed",
      {.step = 7, .hint = "on v1 what is frozen dies when it thaws"}) {
  require_freezer();
  const std::string name = random_word();
  Running caught = start_catching(subject, name);
  check_done(subject, "pause", {name});
  check_done(subject, "stop", {name});
  CHECK(caught.wait().status == 5);
  remove(subject, name);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"kill"}, {"rm", "-f"}}) {
    Running running = start_talking(subject, name);
    check_done(subject, "pause", {name});
    std::vector<std::string> command(words.begin() + 1, words.end());
    command.push_back(name);
    check_done(subject, words[0], command);
    CHECK(running.wait().status == 137);
    if (words[0] == "kill") remove(subject, name);
  }
}

CLAIM("a paused container whose runtime is killed leaves nothing", {.step = 7, .points = 2}) {
  require_freezer();
  const std::string name = random_word();
  Running running = start_talking(subject, name);
  check_done(subject, "pause", {name});
  running.kill_hard();
  CHECK(holds(ps_all(subject), "Exited (137)"));
  remove(subject, name);
  stage.await_orphans();
}

// Eight rounds: pause and ps race for the record's lock.
CLAIM("pause and ps answer at once when the monitor is killed",
      {.step = 7,
       .points = 2,
       .hint = "locks are taken in one order: the record, then containers"}) {
  require_freezer();
  for (int round = 0; round < 8; ++round) {
    const std::string name = random_word();
    Running running = start_named(subject, name);
    const std::string id = split(tell(subject, "ps", {"-q", "--no-trunc"}).out, '\n').at(0);
    const std::string path = "/var/lib/stepbox/containers/" + id;
    Fd record = open_directory(path);
    REQUIRE(try_lock(record, path));  // so that pause waits for it
    Running pause = subject.start({.command = {name}, .verb = "pause"});
    wait_until_open(pause, path);
    running.kill_hard();
    Running ps = subject.start({.command = {"-a"}, .verb = "ps"});
    wait_until_open(ps, path);
    const auto start = Clock::now();
    record.close();
    pause.wait();
    CHECK(holds(ps.wait().out, "Exited (137)"));
    CHECK(Clock::now() - start < std::chrono::seconds(3));
    remove(subject, name);
  }
  stage.await_orphans();
}

}  // namespace stepbox
