// The claims of step 5: limits of CPU, memory and processes.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

void require_controller(const std::string& name) {
  if (!has_controller(name)) skip("no cgroup controller for " + name + " here");
}

// The CPU seconds that a process has used, by the kernel's accounting.
double cpu_seconds(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) == -1) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// A counter of the group's cpu.stat, such as nr_throttled. 0 where the group has no quota.
double cpu_counter(const std::string& group, const std::string& name) {
  if (!exists(group + "/cpu.stat")) return 0;
  const std::string text = read_file(group + "/cpu.stat");
  const size_t at = text.find(name + " ");
  return at == text.npos ? 0 : std::stod(text.substr(at + name.size() + 1));
}

struct Share {
  double used;     // of one CPU
  double stopped;  // the part of all periods (100 ms) in which it was throttled
};

// The limits of `used` for --cpus 0.1: 15% more or less.
constexpr double kMost = 0.1 * 1.15;
double least_of(const Share& share) { return 0.1 * 0.85 * share.stopped; }

// The share of a spinning process, measured in seconds. A second is valid if the process was
// throttled in most periods; otherwise other processes used the CPU. A valid second that is no
// tenth is measured again: a virtual machine may lose time to its host, and 0.2 were seen. More
// than 0.4 is an error at once.
Share share_of(pid_t pid) {
  using Clock = std::chrono::steady_clock;
  const std::string group = Stage::group_of(pid, "cpu");
  std::optional<Share> last;
  for (int window = 0; window < 8; ++window) {
    const auto start = Clock::now();
    const double used = cpu_seconds(pid);
    const double throttled = cpu_counter(group, "nr_throttled");
    std::this_thread::sleep_for(std::chrono::seconds{1});
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    const double periods = 10 * elapsed.count();
    const Share share{(cpu_seconds(pid) - used) / elapsed.count(),
                      std::min(1.0, (cpu_counter(group, "nr_throttled") - throttled) / periods)};
    if (share.used > 0.4) return share;
    if (share.stopped <= 0.6) continue;
    last = share;
    if (share.used < kMost && share.used > least_of(share)) break;
  }
  if (last) return *last;
  skip("the machine is too busy to measure a share of its CPU");
}

void check_a_tenth(const Share& share) {
  CHECK(share.used < kMost);
  CHECK(share.used > least_of(share));
  CHECK_MESSAGE(share.stopped > 0, "nothing stopped it");
}

// For 60 s, or until stop(): on a busy machine a second container takes seconds to start.
Running start_spinning(Subject& subject, const std::string& word) {
  Running running =
      subject.start({.options = {"--cpus", "0.1"}, .command = {"/bin/probe", "spin", "60", word}});
  running.wait_for_output("ready");
  return running;
}

}  // namespace

// --- CPU ----------------------------------------------------------------------------------

CLAIM("a busy loop gets its share of the CPU",
      {.step = 5, .points = 2, .hint = "cpu.cfs_quota_us, or cpu.max on v2"}) {
  require_controller("cpu");
  const std::string word = random_word();
  Running running = start_spinning(subject, word);
  check_a_tenth(share_of(stage.find_process(word)));
  stop(running);
}

CLAIM("two containers do not share one limit",
      {.step = 5, .points = 2, .hint = "each container needs a group of its own"}) {
  require_controller("cpu");
  const std::string one = random_word();
  const std::string other = random_word();
  Running first = start_spinning(subject, one);
  Running second = start_spinning(subject, other);
  check_a_tenth(share_of(stage.find_process(one)));
  stop(first);
  stop(second);
}

// --- Memory -------------------------------------------------------------------------------

CLAIM("a memory hog is killed: 137",
      {.step = 5, .points = 2, .hint = "memory.limit_in_bytes, or memory.max on v2"}) {
  require_controller("memory");
  const std::vector<std::string> limit{"-m", "64m"};
  CHECK(subject.run({.options = limit, .command = {"/bin/probe", "memory", "32"}}).status == 0);
  CHECK(subject.run({.options = limit, .command = {"/bin/probe", "memory", "256"}}).status == 137);
}

CLAIM("an OOM kill is reported on stderr",
      {.step = 5, .hint = "memory.oom_control or memory.events count them"}) {
  require_controller("memory");
  // The process that is killed is the command's child: the status is that of the command.
  const Run run = subject.run(
      {.options = {"-m", "32m"}, .command = {"/bin/sh", "-c", "probe memory 256; exit 0"}});
  CHECK(run.status == 0);
  const size_t at = run.err.find("out of memory");
  CHECK_MESSAGE(at != std::string::npos, "stderr: " << run.err);
  CHECK_MESSAGE(run.err.find('\n', at) + 1 == run.err.size(), "one line of ours: " << run.err);
}

// --- Processes ----------------------------------------------------------------------------

CLAIM("a fork bomb stops at the limit",
      {.step = 5, .points = 2, .hint = "pids.max counts threads and processes"}) {
  require_controller("pids");
  const Run run =
      subject.run({.options = {"--pids-limit", "20"}, .command = {"/bin/probe", "forks", "300"}});
  CHECK(run.out == "19 processes, then: Resource temporarily unavailable\n");  // and probe: 20
}

CLAIM("a fork bomb does not affect the host",
      {.step = 5, .hint = "pids.max of the container's own group, not of all"}) {
  require_controller("pids");
  Running bomb = subject.start(
      {.options = {"--pids-limit", "20"}, .command = {"/bin/probe", "forks", "300", "hold"}});
  bomb.wait_for_output("processes, then: ");
  CHECK(holds(bomb.out(), "Resource temporarily unavailable"));
  stage.on_host({"true"});
  CHECK(subject.run({.options = {"--pids-limit", "20"}, .command = {"/bin/true"}}).status == 0);
  stop(bomb);
}

CLAIM("limits are in force before the command starts",
      {.step = 5, .points = 3, .hint = "join the group first, then exec"}) {
  require_controller("pids");
  const RunSpec bomb{.options = {"--pids-limit", "8"}, .command = {"/bin/probe", "forks", "300"}};
  const std::string limited = "7 processes, then: Resource temporarily unavailable\n";
  INFO("limited too late, it gets more than its 8 processes");
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(subject.run(bomb).out == limited);
  const auto whole = std::chrono::steady_clock::now() - begin;  // a start's duration at this load
  for (int moment = 0; moment < 20; ++moment) {
    INFO("start number " << moment);
    Running running = subject.start(bomb);
    std::this_thread::sleep_for(whole * moment / 20);
    running.signal(SIGSTOP);  // what the subject would do later than the command's start waits
    for (int i = 0; i < 50 && running.out().empty(); ++i) std::this_thread::sleep_for(whole / 20);
    running.signal(SIGCONT);
    REQUIRE(running.wait().out == limited);
  }
}

// --- Afterwards ---------------------------------------------------------------------------

CLAIM("--stats prints the resource usage",
      {.step = 5, .hint = "read the files of the group when the command has ended"}) {
  require_controller("memory");
  const Run run = subject.run({.options = {"--stats"}, .command = {"/bin/probe", "memory", "16"}});
  CHECK(run.status == 0);
  for (const char* word : {"CPU time ", "throttled ", "OOM kills 0"}) {
    INFO("missing: " << std::string(word));
    CHECK(holds(run.err, word));
  }
  const size_t at = run.err.find("memory peak ");
  REQUIRE(at != std::string::npos);
  const double peak = std::atof(run.err.c_str() + at + 12);  // MiB
  CHECK_MESSAGE((peak >= 16 && peak < 64), "it took 16 MiB and a little: " << run.err);
}

CLAIM("a group is removed with its container",
      {.step = 5, .points = 2, .hint = "wait first: rmdir(2) needs an empty group"}) {
  require_controller("pids");
  const std::string word = random_word();
  Running running = subject.start({.command = {"/bin/probe", "wait", word}});
  running.wait_for_output("ready");
  const std::string group = Stage::group_of(stage.find_process(word), "pids");
  REQUIRE_MESSAGE(group != Stage::group_of(::getpid(), "pids"),
                  "the container has no group of its own: it is in its caller's, " << group);
  stop(running);
  CHECK_FALSE(exists(group));
}

CLAIM("a group is removed even after kill -9",
      {.step = 5, .hint = "the next start removes the groups of the dead"}) {
  require_controller("pids");
  const std::string word = random_word();
  Running running = subject.start({.command = {"/bin/probe", "wait", word}});
  running.wait_for_output("ready");
  const std::string group = Stage::group_of(stage.find_process(word), "pids");
  REQUIRE_MESSAGE(group != Stage::group_of(::getpid(), "pids"),
                  "the container has no group of its own: it is in its caller's, " << group);
  running.kill_hard();
  subject.settle();
  CHECK_FALSE(exists(group));
}

}  // namespace stepbox
