// The claims of step 7 about containers that are told what to do: stop, kill, pause, restart, …
#include <time.h>

#include <chrono>

#include "07-unionfs/verify.hpp"
#include "common/files.hpp"
#include "common/testing/groups.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;

// `step7 VERB WORDS...`
Run tell(Subject& subject, const std::string& verb, const std::vector<std::string>& words,
         bool may_refuse = false) {
  return subject.run({.command = words, .verb = verb, .may_refuse = may_refuse});
}

// It does, and says the names.
void check_done(Subject& subject, const std::string& verb, const std::vector<std::string>& words) {
  const Run run = tell(subject, verb, words);
  CHECK(run.status == 0);
  CHECK(run.out == words.back() + "\n");
  CHECK(run.err == "");
}

// It does not (1), and says why.
void check_failed(Subject& subject, const std::string& verb, const std::vector<std::string>& words,
                  const std::string& why) {
  const Run run = tell(subject, verb, words);
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, why), "no '" << why << "' in: " << run.err);
}

std::string ps(Subject& subject) { return tell(subject, "ps", {"-a"}).out; }

// One that catches the usual signals, says which came, and ends with 5.
Running start_catching(Subject& subject, const std::string& name,
                       std::vector<std::string> options = {}, const char* times = "1") {
  options.insert(options.end(), {"--name", name});
  Running running = subject.start({.options = options, .command = {"/bin/probe", "catch", times}});
  running.wait_for_output("ready");
  return running;
}

// One that does not hear TERM.
Running start_deaf(Subject& subject, const std::string& name) {
  Running running = subject.start(
      {.options = {"--name", name},
       .command = shell("trap '' TERM; echo ready; while :; do /bin/sleep 0.1; done")});
  running.wait_for_output("ready");
  return running;
}

// One that says something again and again.
Running start_talking(Subject& subject, const std::string& name) {
  Running running =
      subject.start({.options = {"--name", name},
                     .command = shell("while :; do echo x; /bin/usleep 10000; done")});
  running.wait_for_output("x");
  return running;
}

void run_detached(Subject& subject, const std::string& name,
                  std::vector<std::string> options = {}) {
  options.insert(options.end(), {"-d", "--name", name});
  CHECK(subject.run({.options = options, .command = {"/bin/probe", "wait", name}}).status == 0);
}

// Whether it says nothing for a third of a second: what is measured, not a guess.
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

std::string limit_of(pid_t pid, const std::string& controller, const std::string& file) {
  return read_file(Stage::group_of(pid, controller) + "/" + file);
}

void require(const char* controller) {
  if (!has_controller(controller)) skip(std::string("no cgroup controller: ") + controller);
}

// v1's freezer, or any v2.
void require_freezer() {
  if (!has_controller("freezer") && !exists("/sys/fs/cgroup/cgroup.controllers")) {
    skip("no freezer here");
  }
}

}  // namespace

// --- stop ---------------------------------------------------------------------------------

CLAIM("stop sends the stop signal and the command's status is told", {.step = 7, .points = 2}) {
  const std::string name = random_word(), other = random_word();
  Running running = start_catching(subject, name);
  check_done(subject, "stop", {name});
  const Run run = running.wait();
  CHECK(run.out == "ready\ncaught TERM\n");
  CHECK(run.status == 5);
  CHECK(holds(ps(subject), "Exited (5)"));
  remove(subject, name);
  Running second = start_catching(subject, other, {"--stop-signal", "USR1"});
  check_done(subject, "stop", {other});
  CHECK(second.wait().out == "ready\ncaught USR1\n");
  remove(subject, other);
}

CLAIM("stop kills who does not end in time", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  Running running = start_deaf(subject, name);
  const auto start = Clock::now();
  check_done(subject, "stop", {"-t", "1", name});
  CHECK(Clock::now() - start >= std::chrono::seconds(1));
  CHECK(running.wait().status == 137);
  remove(subject, name);
}

CLAIM("stop does not wait where nobody will notice",
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

CLAIM("stop is right when two do it and when there is nothing to stop", {.step = 7}) {
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

CLAIM("kill sends the signal that is named", {.step = 7}) {
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

CLAIM("kill without a name kills", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_deaf(subject, name);
  check_done(subject, "kill", {name});
  CHECK(running.wait().status == 137);
  remove(subject, name);
  check_unknown(subject, "kill");
  const Run bad = tell(subject, "kill", {"-s", "FOO", name}, true);
  CHECK(bad.status == 125);
  CHECK(holds(bad.err, "'FOO' is no signal"));
}

// --- pause --------------------------------------------------------------------------------

CLAIM("pause stops every process and unpause lets it go on",
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
  CHECK(holds(ps(subject), "(Paused)"));
  check_failed(subject, "pause", {name}, "is already paused");
  CHECK(tell(subject, "exec", {name, "/bin/true"}, true).status == 125);
  check_done(subject, "unpause", {name});
  check_talks(first);
  check_talks(second);
  CHECK_FALSE(holds(ps(subject), "(Paused)"));
  check_failed(subject, "unpause", {name}, "is not paused");
  check_done(subject, "kill", {name});
  first.wait();
  second.wait();
  check_failed(subject, "pause", {name}, "is not running");
  remove(subject, name);
  check_unknown(subject, "pause");
  check_unknown(subject, "unpause");
}

CLAIM("what is paused can be stopped and killed and removed",
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

CLAIM("a paused container whose holder is killed leaves nothing", {.step = 7, .points = 2}) {
  require_freezer();
  const std::string name = random_word();
  Running running = start_talking(subject, name);
  check_done(subject, "pause", {name});
  running.kill_hard();
  CHECK(holds(ps(subject), "Exited (137)"));
  remove(subject, name);
  stage.await_orphans();
}

// --- restart ------------------------------------------------------------------------------

CLAIM("restart runs the same container once more", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_detached(subject, name);
  const pid_t before = stage.find_process(name);
  CHECK(tell(subject, "exec", {name, "/bin/touch", "/root/note"}).status == 0);
  check_done(subject, "restart", {name});
  CHECK(stage.find_process(name) != before);
  CHECK(tell(subject, "exec", {name, "/bin/ls", "/root"}).out == "note\n");
  check_done(subject, "stop", {name});
  check_done(subject, "restart", {"-t", "3", name});
  CHECK(holds(ps(subject), "Up "));
  check_done(subject, "rm", {"-f", name});
  check_unknown(subject, "restart");
}

CLAIM("restart keeps a container that --rm would remove at its end", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_detached(subject, name, {"--rm"});
  check_done(subject, "restart", {name});
  CHECK(holds(ps(subject), name));
  check_done(subject, "stop", {name});
  CHECK_FALSE(holds(ps(subject), name));
}

// --- rename -------------------------------------------------------------------------------

CLAIM("rename gives a running container another name and frees the old one", {.step = 7}) {
  const std::string name = random_word(), other = random_word();
  Running running = start_named(subject, name);
  const Run run = tell(subject, "rename", {name, other});
  CHECK(run.status == 0);
  CHECK(run.out == "");
  CHECK(tell(subject, "exec", {other, "/bin/echo", "x"}).out == "x\n");
  Running second = start_named(subject, name);
  check_failed(subject, "rename", {name, other}, "is taken by container");
  check_failed(subject, "rename", {name, name}, "is called so already");
  check_failed(subject, "rename", {name, "a/b"}, "is no name");
  check_failed(subject, "rename", {"nobody", "x"}, "no such container");
  stop(running);
  stop(second);
  remove(subject, name);
  remove(subject, other);
}

CLAIM("of two who want one name one gets it", {.step = 7}) {
  const std::string one = random_word(), other = random_word(), name = random_word();
  for (const std::string& each : {one, other}) {
    subject.run({.options = {"--name", each}, .command = {"/bin/true"}});
  }
  Running first = subject.start({.command = {one, name}, .verb = "rename"});
  Running second = subject.start({.command = {other, name}, .verb = "rename"});
  const int status = first.wait().status;
  CHECK(status + second.wait().status == 1);
  remove(subject, name);
  remove(subject, status == 0 ? other : one);
}

// --- update -------------------------------------------------------------------------------

CLAIM("update changes the limits of a container that runs and remembers them",
      {.step = 7, .points = 2}) {
  require("pids");
  require("cpu");
  const std::string name = random_word();
  Running running = start_named(subject, name);
  const pid_t pid = stage.find_process(name);
  check_done(subject, "update", {"--pids-limit", "20", "--cpus", "0.5", name});
  CHECK(limit_of(pid, "pids", "pids.max") == "20\n");
  const Run bomb = tell(subject, "exec", {name, "/bin/probe", "forks", "300"});
  CHECK(holds(bomb.out, "Resource temporarily unavailable"));
  stop(running);
  Running again = subject.start({.command = {"-a", name}, .verb = "start"});
  again.wait_for_output("ready");
  CHECK(limit_of(stage.find_process(name), "pids", "pids.max") == "20\n");
  stop(again);
  check_done(subject, "update", {"--pids-limit", "30", name});
  remove(subject, name);
  check_failed(subject, "update", {"--cpus", "1", "nobody"}, "no such container: nobody");
}

CLAIM("update limits a container that had no limit", {.step = 7}) {
  require("pids");
  require("memory");
  const std::string name = random_word(), word = random_word();
  Running running = start_named(subject, name, {"--cpus", "0", "-m", "0", "--pids-limit", "0"});
  const pid_t pid = stage.find_process(name);
  Running second = subject.start({.command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
  second.wait_for_output("ready");
  check_done(subject, "update", {"--pids-limit", "9", "-m", "64m", name});
  for (const pid_t each : {pid, stage.find_process(word)}) {
    CHECK(limit_of(each, "pids", "pids.max") == "9\n");
  }
  const Run bomb = tell(subject, "exec", {name, "/bin/probe", "forks", "300"});
  CHECK(holds(bomb.out, "6 processes, then: Resource temporarily unavailable"));
  CHECK(tell(subject, "exec", {name, "/bin/probe", "memory", "128"}).status == 137);
  check_done(subject, "kill", {name});
  running.wait();
  second.wait();
  remove(subject, name);
}

// On v1 the kernel refuses a limit below what is used; on v2 it takes it, and kills.
CLAIM("update that fails leaves the old limits", {.step = 7}) {
  require("pids");
  if (exists("/sys/fs/cgroup/cgroup.controllers")) skip("cgroup v2 refuses no limit");
  const std::string name = random_word();
  Running running = subject.start(
      {.options = {"--name", name, "--pids-limit", "20"},
       .command = shell("head -c 8000000 /dev/zero > /dev/shm/x; exec /bin/probe wait " + name)});
  running.wait_for_output("ready");
  const pid_t pid = stage.find_process(name);
  check_failed(subject, "update", {"--pids-limit", "30", "-m", "2m", name}, "memory");
  CHECK(limit_of(pid, "pids", "pids.max") == "20\n");
  CHECK(limit_of(pid, "memory", "memory.limit_in_bytes") == "134217728\n");
  check_failed(subject, "update", {name}, "nothing to change");
  CHECK(tell(subject, "update", {"--pids-limit", "some", name}, true).status == 125);
  stop(running);
  remove(subject, name);
}

CLAIM("--cpuset-cpus names the CPUs", {.step = 7}) {
  require("cpuset");
  const auto cpus = [&](const std::string& list) {
    return subject
        .run({.options = {"--cpuset-cpus", list},
              .command = shell("grep Cpus_allowed_list /proc/self/status")})
        .out;
  };
  CHECK(cpus("0") == "Cpus_allowed_list:\t0\n");
  for (const char* list : {"99", "x", "", "1-0", "0,"}) {
    CHECK(
        subject
            .run({.options = {"--cpuset-cpus", list}, .command = {"/bin/true"}, .may_refuse = true})
            .status == 125);
  }
}

// --- rm -----------------------------------------------------------------------------------

CLAIM("rm spares what runs unless it is forced", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  check_failed(subject, "rm", {name}, "is running");
  CHECK_FALSE(running.ended());
  check_done(subject, "rm", {"-f", name});
  CHECK(running.wait().status == 137);
  CHECK_FALSE(holds(ps(subject), name));
  const Run gone = tell(subject, "rm", {"-f", name});
  CHECK(gone.status == 0);
  CHECK(holds(gone.err, "no such container"));
  check_unknown(subject, "rm");
}

}  // namespace stepbox
