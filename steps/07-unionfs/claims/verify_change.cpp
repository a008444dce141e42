// The claims of step 7 about changes to containers: restart, rename, commit, update, rm.
#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"
#include "common/testing/stage/groups.hpp"

namespace stepbox {
namespace {

void run_detached(Subject& subject, const std::string& name,
                  std::vector<std::string> options = {}) {
  options.insert(options.end(), {"-d", "--name", name});
  CHECK(subject.run({.options = options, .command = {"/bin/probe", "wait", name}}).status == 0);
}

std::string limit_of(pid_t pid, const std::string& controller, const std::string& file) {
  return read_file(Stage::group_of(pid, controller) + "/" + file);
}

void require(const char* controller) {
  if (!has_controller(controller)) skip(std::string("no cgroup controller: ") + controller);
}

}  // namespace

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
  CHECK(holds(ps_all(subject), "Up "));
  check_done(subject, "rm", {"-f", name});
  check_unknown(subject, "restart");
}

CLAIM("restart keeps a container of --rm", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  run_detached(subject, name, {"--rm"});
  check_done(subject, "restart", {name});
  CHECK(holds(ps_all(subject), name));
  check_done(subject, "stop", {name});
  CHECK_FALSE(holds(ps_all(subject), name));
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
  check_failed(subject, "rename", {name, name}, "has that name already");
  check_failed(subject, "rename", {name, "a/b"}, "is not a valid name");
  check_failed(subject, "rename", {"nobody", "x"}, "no such container");
  stop(running);
  stop(second);
  remove(subject, name);
  remove(subject, other);
}

CLAIM("of two concurrent renames to one name one succeeds", {.step = 7}) {
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

// --- commit -------------------------------------------------------------------------------

CLAIM("commit pauses a container and resumes it",
      {.step = 7, .points = 2, .hint = "the freezer: else its files are of different moments"}) {
  const std::string name = random_word();
  Running running = subject.start(
      {.options = {"--name", name, "--cpus", "0"},
       .command = shell("dd if=/dev/zero of=/big bs=1000000 count=48; i=100000; echo ready\n"
                        "while :; do i=$((i+1)); printf $i 1<>/a; printf $i 1<>/z; done")});
  running.wait_for_output("ready");
  CHECK(tell(subject, "commit", {name, "mine"}).status == 0);
  const Run run =
      subject.run({.command = shell("echo $(($(cat /a) - $(cat /z)))"), .rootfs = "mine"});
  CHECK_MESSAGE((run.out == "0\n" || run.out == "1\n"), "/a and /z differ by " << run.out);
  CHECK_FALSE(holds(ps_all(subject), "Paused"));
  check_done(subject, "pause", {name});
  CHECK(tell(subject, "commit", {"--pause=false", name, "mine"}).status == 0);
  CHECK(tell(subject, "commit", {name, "mine"}).status == 0);
  CHECK(holds(ps_all(subject), "Paused"));
  CHECK(tell(subject, "commit", {"--pause=maybe", name, "mine"}, true).status == 125);
  check_done(subject, "rm", {"-f", name});
  running.wait();
  CHECK(tell(subject, "prune", {"-a", "-f"}).status == 0);
}

// --- update -------------------------------------------------------------------------------

CLAIM("update changes the limits of a running container and keeps them", {.step = 7, .points = 2}) {
  stage.expect_orphans();
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

// cgroup v1 refuses a limit below the current usage; v2 accepts it.
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

CLAIM("--cpuset-cpus restricts the CPUs", {.step = 7}) {
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

CLAIM("rm refuses a running container unless it is forced", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  check_failed(subject, "rm", {name}, "is running");
  CHECK_FALSE(running.ended());
  check_done(subject, "rm", {"-f", name});
  CHECK(running.wait().status == 137);
  CHECK_FALSE(holds(ps_all(subject), name));
  const Run gone = tell(subject, "rm", {"-f", name});
  CHECK(gone.status == 0);
  CHECK(holds(gone.err, "no such container"));
  check_unknown(subject, "rm");
}

}  // namespace stepbox
