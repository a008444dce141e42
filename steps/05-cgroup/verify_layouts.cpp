// The claims of step 5 about different hosts: both versions, a delegated part of a tree, processes
// of others in the root group, seccomp filters without clone3(2).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

constexpr char kNineteen[] = "19 processes, then: Resource temporarily unavailable\n";
const std::vector<std::string> kForkBomb{"/bin/probe", "forks", "300"};

// The root of the v2 tree. Skips where v1 has the controllers.
std::string require_v2() {
  const std::string root = v2_with_controllers();
  if (root.empty()) skip("no controllers in cgroup v2 here");
  return root;
}

// Delegates a part of the v2 tree to the ordinary user, whose processes start in it.
void require_delegation(Stage& stage) {
  require_v2();
  stage.delegate_groups();
  stage.census_before();
}

}  // namespace

CLAIM("the memory limit counts swap", {.step = 5}) {
  const std::string word = random_word();
  Running running =
      subject.start({.options = {"-m", "64m"}, .command = {"/bin/probe", "wait", word}});
  running.wait_for_output("ready");
  const std::string group = Stage::group_of(stage.find_process(word), "memory");
  const bool v2 = exists(group + "/memory.max");
  REQUIRE_MESSAGE((v2 || exists(group + "/memory.limit_in_bytes")), "no memory controller for it");
  if (exists(group + "/memory.swap.max")) {
    CHECK(read_file(group + "/memory.swap.max") == "0\n");  // v2: beyond memory.max
  } else if (exists(group + "/memory.memsw.limit_in_bytes")) {
    CHECK(read_file(group + "/memory.memsw.limit_in_bytes") == "67108864\n");
  } else {
    skip("no swap accounting here");
  }
  stop(running);
}

CLAIM("limits hold where clone3(2) is hidden",
      {.step = 5, .hint = "v2 without CLONE_INTO_CGROUP: the child writes 0 to cgroup.procs"}) {
  if (!has_controller("pids")) skip("no cgroup controller for pids here");
  const Run run = subject.run({.options = {"--pids-limit", "20"},
                               .command = kForkBomb,
                               .through = {stage.rootfs() + "/bin/probe", "without-clone3"}});
  CHECK(run.out == kNineteen);
}

CLAIM("an ordinary user has limits in a delegated group", {.step = 5, .points = 2}) {
  require_delegation(stage);
  const Run run = subject.run({.options = {"--pids-limit", "20"},
                               .command = kForkBomb,
                               .may_refuse = true,
                               .ordinary_user = true});
  CHECK_MESSAGE(run.out == kNineteen, "stdout: " << run.out << "stderr: " << run.err);
}

CLAIM("a controller that was not delegated is named", {.step = 5}) {
  require_delegation(stage);
  write_file(require_v2() + "/user.slice/cgroup.subtree_control", "-cpu");
  const Run run = subject.run({.options = {"--cpus", "0.5"},
                               .command = {"/bin/true"},
                               .may_refuse = true,
                               .ordinary_user = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, "controller 'cpu'"), "stderr: " << run.err);
}

// A v2 group has members, or enables controllers for groups below it, never both. (cgroups(7))
CLAIM("processes in the root group are reported with the commands that move them", {.step = 5}) {
  const std::string root = require_v2();
  const pid_t pid = launch({.words = {"sleep", "1000"}});
  write_file(root + "/cgroup.procs", std::to_string(pid));
  const Run run = subject.run({.command = {"/bin/true"}, .may_refuse = true});
  CHECK(run.status == 125);
  const size_t start = run.err.find("mkdir ");
  const size_t end = run.err.rfind("done");
  if (start < end && end != run.err.npos) {
    stage.on_host({"sh", "-ec", run.err.substr(start, end + 4 - start)});
    CHECK(subject.run({.command = {"/bin/true"}}).status == 0);
  } else {
    CHECK_MESSAGE(false, "no commands in: " << run.err);
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  stage.on_host({"sh", "-c", "[ ! -d $0 ] || rmdir $0", root + "/init"});
}

}  // namespace stepbox
