// The claims of step 5 about what hosts have: two versions, parts of a tree, other people's
// processes, kernels and filters without clone3(2).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/claim.hpp"
#include "common/testing/stage.hpp"
#include "common/testing/subject.hpp"

namespace stepbox {
namespace {

constexpr char kNineteen[] = "19 processes, then: Resource temporarily unavailable\n";
const std::vector<std::string> kForkBomb{"/bin/probe", "forks", "300"};

// The root of the v2 tree. Skips where v1 has the controllers.
std::string require_v2() {
  for (const CgroupTree& hierarchy : mounted_hierarchies()) {
    if (hierarchy.v2 && holds(read_file(hierarchy.mount + "/cgroup.controllers"), "pids")) {
      return hierarchy.mount;
    }
  }
  skip("no controllers in cgroup v2 here");
}

// What systemd gives to an ordinary user: user@UID.service and all that is below is his; with the
// controllers for memory and pids. His shell is in a group below it, he may not leave that part.
class Delegation {
 public:
  Delegation(const Stage& stage, const std::string& root) : stage_(stage) {
    const std::string user = std::to_string(kOrdinaryUser);
    stage_.on_host({"sh", "-ec",
                    "cd $0; group=.; echo +memory +pids > cgroup.subtree_control\n"
                    "for name in user.slice user-$1.slice user@$1.service; do\n"
                    "  group=$group/$name; mkdir $group\n"
                    "  echo +memory +pids > $group/cgroup.subtree_control\n"
                    "done\n"
                    "mkdir -p $group/app.slice/shell.scope\n"
                    "chown -R $1 $group/app.slice\n"
                    "chown $1 $group $group/cgroup.procs $group/cgroup.subtree_control",
                    root, user});
    top_ = root + "/user.slice";
    shell_ = top_ + "/user-" + user + ".slice/user@" + user + ".service/app.slice/shell.scope";
  }
  Delegation(const Delegation&) = delete;
  Delegation& operator=(const Delegation&) = delete;
  ~Delegation() {
    stage_.on_host({"find", top_, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"});
  }

  // A start from that shell.
  RunSpec start(std::vector<std::string> options, std::vector<std::string> command) const {
    const std::string user = std::to_string(kOrdinaryUser);
    options.insert(options.end(), {"--network", "none"});
    return {.options = std::move(options),
            .command = std::move(command),
            .environment = {"HOME=" + stage_.home()},
            .may_refuse = true,
            .through = {
                "sh", "-c",
                "echo 0 > $0/cgroup.procs; exec setpriv --clear-groups --regid $1 --reuid \"$@\"",
                shell_, user}};
  }

 private:
  const Stage& stage_;
  std::string top_;
  std::string shell_;
};

}  // namespace

CLAIM("the limit of memory counts swap", {.step = 5}) {
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

CLAIM("an ordinary user has limits where a group was delegated to him", {.step = 5, .points = 2}) {
  const Delegation delegation(stage, require_v2());
  const Run run = subject.run(delegation.start({"--cpus", "0", "--pids-limit", "20"}, kForkBomb));
  CHECK_MESSAGE(run.out == kNineteen, "stdout: " << run.out << "stderr: " << run.err);
}

CLAIM("a controller that was not delegated is named", {.step = 5}) {
  const Delegation delegation(stage, require_v2());
  const Run run = subject.run(delegation.start({"--cpus", "0.5"}, {"/bin/true"}));
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, "controller 'cpu'"), "stderr: " << run.err);
}

// A group of v2 has members, or gives controllers to groups below it.
CLAIM("processes in the way are told with the commands that move them", {.step = 5}) {
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
