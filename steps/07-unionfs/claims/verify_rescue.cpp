// The claims of step 7 about rescue: it removes leftovers, and keeps live or foreign objects.
#include <signal.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

constexpr std::string_view kClean = "No container is running, and no leftovers remain.\n";

Run rescue(Subject& subject, const std::vector<std::string>& options = {}) {
  return subject.run({.options = options, .verb = "rescue"});
}

Running start_named(Subject& subject, const std::string& name, std::vector<std::string> options) {
  options.insert(options.end(), {"--name", name});
  Running running = subject.start({.options = options, .command = {"/bin/probe", "wait", name}});
  running.wait_for_output("ready");
  return running;
}

std::string links(const Stage& stage) { return stage.on_host({"ip", "-o", "link"}); }
std::string rules(const Stage& stage) { return stage.on_host({"nft", "list", "ruleset"}); }

}  // namespace

CLAIM("rescue removes everything that a killed container left", {.step = 7, .points = 2}) {
  stage.on_host({"nft",
                 "table ip filter { chain FORWARD { type filter hook forward priority 0; "
                 "policy drop; }; }"});
  stage.census_before();
  const std::string volume = stage.scratch("volume");
  make_directories(volume);
  create_file(volume + "/precious", "x");
  const std::string name = random_word();
  Running running =
      start_named(subject, name, {"--share", "mount", "-v", volume + ":/mnt", "-p", "8080:80"});
  CHECK(holds(rules(stage), "8080"));
  running.kill_hard();
  stage.await_orphans();
  const Run run = rescue(subject);
  CHECK(run.out == kClean);
  CHECK_MESSAGE(holds(run.err, "umount"), "it should say each thing that it removes");
  CHECK_FALSE(holds(read_file("/proc/self/mountinfo"), "/var/lib/stepbox/"));
  CHECK_FALSE(holds(links(stage), "stepbox0"));
  CHECK_FALSE(holds(rules(stage), "stepbox"));
  CHECK(exists(volume + "/precious"));
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("rescue keeps running containers",
      {.step = 7, .points = 2, .hint = "alive is what has a living runtime"}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"-p", "8080:80", "--init"});
  Running shared = subject.start({.options = {"--share", "mount"}, .command = {"probe", "wait"}});
  shared.wait_for_output("ready");
  const std::string before = links(stage) + rules(stage) + read_file("/proc/self/mountinfo");
  const Run run = rescue(subject);
  CHECK(holds(run.out, "2 running container(s)"));
  CHECK(run.err == "");
  CHECK_FALSE(running.ended());
  CHECK_FALSE(shared.ended());
  CHECK(links(stage) + rules(stage) + read_file("/proc/self/mountinfo") == before);
  CHECK(subject.run({.command = {name, "/bin/true"}, .verb = "exec"}).status == 0);
  for (Running* each : {&running, &shared}) {
    each->signal(SIGTERM);
    each->wait();
  }
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("rescue leaves a container whose parent it does not know",
      {.step = 7,
       .points = 2,
       .hint = "only an orphan, or a record, proves that the runtime has ended"}) {
  const std::string copy = stage.scratch("other");
  const std::string name = random_word();
  Running running = subject.start(
      {.options = {"--root", stage.scratch("store"), "--name", name},
       .command = {"/bin/probe", "wait", name},
       .through = {"/bin/sh", "-c", "cp \"$1\" \"$0\"; shift; exec \"$0\" \"$@\"", copy}});
  running.wait_for_output("ready");
  const Run run = rescue(subject);
  CHECK(holds(run.out, "is left: its parent, pid "));
  CHECK(holds(run.out, "other"));
  CHECK_FALSE(running.ended());
  CHECK(holds(rescue(subject, {"--force"}).out, kClean));
  running.wait();
  stage.on_host({"rm", "-rf", stage.scratch("store")});
}

CLAIM("rescue --force ends running containers", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {});
  Running shared = subject.start({.options = {"--share", "mount"}, .command = {"probe", "wait"}});
  shared.wait_for_output("ready");
  stage.expect_orphans();
  CHECK(rescue(subject, {"--force"}).out == kClean);
  CHECK(running.wait().signal == SIGKILL);
  CHECK(shared.wait().signal == SIGKILL);
  CHECK_FALSE(holds(links(stage), "stepbox0"));
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("rescue removes orphans without a record", {.step = 7}) {
  const std::string id(64, 'd');
  const std::string directory = "/var/lib/stepbox/containers/" + id;
  make_directories(directory + "/upper");
  make_directories("/var/lib/stepbox/names");
  stage.on_host({"ln", "-s", id, "/var/lib/stepbox/names/unborn"});
  make_directories("/run/stepbox/leases");
  create_file("/run/stepbox/leases/172.16.0.9", "sb-dddddddd\n");
  stage.on_host({"ip", "link", "add", "sb-dddddddd", "type", "veth", "peer", "name", "sb-other"});
  const std::string tree = mounted_hierarchies().empty() ? "" : mounted_hierarchies()[0].mount;
  if (!tree.empty()) make_directories(tree + "/stepbox/" + id);
  const Run run = rescue(subject);
  CHECK(run.out == kClean);
  CHECK(run.status == 0);
  CHECK(holds(run.err, "rm -rf " + directory));
  // The stage's census checks that nothing is left.
}

CLAIM("rescue leaves the objects of other programs alone", {.step = 7}) {
  const std::string disk = stage.scratch("disk");  // step 3's rootfs, on a disk of its own
  make_directories(disk);
  stage.on_host({"mount", "-t", "tmpfs", "disk", disk});
  make_directories(disk + "/proc");
  make_directories(disk + "/host");
  stage.on_host({"ip", "link", "add", "eth7", "type", "bridge"});
  stage.on_host({"nft", "table ip other { chain FORWARD { }; }"});
  stage.on_host({"mount", "-t", "proc", "proc", disk + "/host"});
  const std::string before = links(stage) + rules(stage) + read_file("/proc/self/mountinfo");
  CHECK(rescue(subject).out == kClean);
  CHECK(links(stage) + rules(stage) + read_file("/proc/self/mountinfo") == before);
  stage.on_host({"umount", disk + "/host"});
  stage.on_host({"mount", "--bind", "--make-private", disk, disk});
  stage.on_host({"mount", "-t", "proc", "stepbox", disk + "/proc"});
  rescue(subject);
  CHECK_FALSE(stage.is_mounted(disk + "/proc"));
  CHECK_MESSAGE(stage.is_mounted(disk), "the disk was mounted before there was a container");
  stage.on_host({"umount", disk});
  CHECK_FALSE(stage.is_mounted(disk));
  stage.on_host({"ip", "link", "delete", "eth7"});
  stage.on_host({"nft", "delete table ip other"});
}

CLAIM("rescue kills a command that dropped root when its runtime is dead", {.step = 7}) {
  create_file(stage.rootfs() + "/etc/passwd",
              "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
  const std::string word = random_word();
  Running running = subject.start(
      {.options = {"--cpus", "0", "-m", "0", "--pids-limit", "0"},
       .command = {"/bin/su", "nobody", "-s", "/bin/sh", "-c", "exec /bin/probe wait " + word}});
  running.wait_for_output("ready");
  // Without its record and run lock only the processes of the container are left.
  stage.on_host(
      {"sh", "-c", "cd /var/lib/stepbox; rm -rf /run/stepbox/containers run containers/*/record*"});
  running.kill_hard();
  CHECK(rescue(subject).out.ends_with(kClean));
  stage.await_orphans();
}

CLAIM("rescue refuses unknown arguments", {.step = 7}) {
  const Run run = subject.run({.command = {"everything"}, .verb = "rescue", .may_refuse = true});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "everything"));
}

}  // namespace stepbox
