// The claims of step 4: namespaces of its own, and the host out of reach.
#include <time.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// --- Processes ----------------------------------------------------------------------------

CLAIM("the command is process 1", {.step = 4, .points = 2, .hint = "CLONE_NEWPID"}) {
  CHECK(subject.run({.command = {"/bin/sh", "-c", "echo $$"}}).out == "1\n");
}

CLAIM("ps shows the container's own processes only",
      {.step = 4, .hint = "a proc shows the PID namespace of the process that mounts it"}) {
  const Run run = subject.run({.command = {"/bin/sh", "-c", "ps -o pid,args; exit $?"}});
  CHECK(holds(run.out, "ps -o"));
  CHECK_FALSE(holds(run.out, "verify"));
}

CLAIM("--init reaps orphans", {.step = 4, .hint = "process 1 inherits them, and must wait(2)"}) {
  const Run run = subject.run({.options = {"--init"}, .command = {"/bin/probe", "orphan"}});
  CHECK(run.out == "reaped\n");
}

CLAIM("--init exits with the status of the command",
      {.step = 4, .hint = "process 1 exits as its child did"}) {
  const Run run =
      subject.run({.options = {"--init"}, .command = {"/bin/sh", "-c", "echo $$; exit 3"}});
  CHECK(run.out == "2\n");
  CHECK(run.status == 3);
}

CLAIM("--init shows nothing of the host's command line",
      {.step = 4,
       .hint = "process 1 has the memory of the program that it came from: overwrite it"}) {
  const Run run = subject.run({.options = {"--init"},
                               .command = {"/bin/sh", "-c", "cat /proc/1/cmdline /proc/1/environ"},
                               .environment = {"SECRET=" + random_word()}});
  CHECK(holds(run.out, "init"));
  CHECK_FALSE(holds(run.out, "cmdline"));
  CHECK_FALSE(holds(run.out, "SECRET"));
}

// --- Host name and queues -----------------------------------------------------------------

CLAIM("--hostname names the container", {.step = 4, .hint = "sethostname(2), inside"}) {
  const std::string name = random_word();
  const Run run = subject.run({.options = {"--hostname", name}, .command = {"/bin/hostname"}});
  CHECK(run.out == name + "\n");
}

CLAIM("a hostname changed inside stays inside", {.step = 4, .hint = "CLONE_NEWUTS"}) {
  const std::string name = random_word();
  const Run run = subject.run(
      {.command = {"/bin/sh", "-c", "hostname " + name + " && hostname"}, .privileged = true});
  CHECK(run.out == name + "\n");
  CHECK(stage.on_host({"hostname"}) == "stage\n");
}

CLAIM("a System V queue of the host is invisible", {.step = 4, .hint = "CLONE_NEWIPC"}) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  CHECK(stage.on_host({probe, "queue", "4711", "make"}) == "there\n");
  CHECK(subject.run({.command = {"/bin/probe", "queue", "4711"}}).out == "not there\n");
}

// --- Namespaces by name -------------------------------------------------------------------

namespace {

struct Shared {
  const char* option;  // --share's word for it
  const char* link;    // /proc/PID/ns/LINK
};
constexpr Shared kTypes[] = {{"uts", "uts"}, {"pid", "pid"}, {"mount", "mnt"},
                             {"ipc", "ipc"}, {"net", "net"}, {"cgroup", "cgroup"}};

// "uts net ": the namespaces of the container that are the host's too.
std::string common_with_host(const Run& run) {
  std::string names;
  for (const Shared& type : kTypes) {
    if (holds(run.out, Stage::namespace_of(::getpid(), type.link))) {
      names += std::string(type.option) + " ";
    }
  }
  return names;
}

const std::vector<std::string> kListNamespaces{
    "/bin/sh", "-c", "for n in uts pid mnt ipc net cgroup; do readlink /proc/self/ns/$n; done"};

}  // namespace

CLAIM("no namespace is the host's",
      {.step = 4, .points = 2, .hint = "CLONE_NEW* of all six; cgroup's by unshare(2), inside"}) {
  const Run run = subject.run({.command = kListNamespaces});
  CHECK(holds(run.out, "cgroup:["));
  CHECK(common_with_host(run) == "");
}

CLAIM("--share keeps the namespace it names and no other",
      {.step = 4, .points = 2, .hint = "leave its flag out, and what only goes with it"}) {
  for (const Shared& type : kTypes) {
    INFO("--share " << std::string(type.option));
    const Run run = subject.run({.options = {"--share", type.option}, .command = kListNamespaces});
    CHECK(common_with_host(run) == std::string(type.option) + " ");
  }
}

// --- Mounts and the old root --------------------------------------------------------------

CLAIM("a mount inside is invisible outside",
      {.step = 4, .points = 2, .hint = "/ is shared: make it private before the first mount"}) {
  Running running = subject.start(
      {.command = {"/bin/sh", "-c", "mount -t tmpfs mine /mnt && exec /bin/probe wait"},
       .privileged = true});
  running.wait_for_output("ready");
  CHECK_FALSE(stage.is_mounted(stage.rootfs() + "/mnt"));
  CHECK_FALSE(stage.is_mounted(stage.rootfs() + "/proc"));
  stop(running);
}

CLAIM("umount of /proc inside leaves the host's mounted",
      {.step = 4,
       .kind = kKept,
       .hint = "mount --make-rprivate / comes first",
       .sabotage = "private-too-late"}) {
  subject.run(
      {.command = {"/bin/sh", "-c", "umount -l /proc; umount -l /proc"}, .privileged = true});
  CHECK(exists("/proc/self/status"));
  CHECK(stage.is_mounted("/sys"));
}

CLAIM("the old root is gone",
      {.step = 4, .points = 2, .hint = "umount2(\".\", MNT_DETACH) after pivot_root(2)"}) {
  const Run run =
      subject.run({.command = {"/bin/sh", "-c", "awk '$5 == \"/\"' /proc/self/mountinfo | wc -l"}});
  CHECK(run.out == "1\n");
}

CLAIM("a root user does not break out", {.step = 4, .points = 2, .hint = "pivot_root(2)"}) {
  const std::string secret = stage.scratch("secret");
  create_file(secret, random_word());
  const Run run =
      subject.run({.command = {"/bin/breakout", "/bin/cat", secret}, .privileged = true});
  CHECK(run.out == "");
  CHECK(run.status != 0);
}

// --- Without root -------------------------------------------------------------------------

CLAIM("an ordinary user starts a container", {.step = 4, .points = 2, .hint = "CLONE_NEWUSER"}) {
  stage.require_user_namespaces();
  const Run run = subject.run({.command = {"/bin/sh", "-c", "id -u; echo $$"},
                               .may_refuse = true,  // as all steps before do
                               .ordinary_user = true});
  CHECK(run.out == "0\n1\n");
}

CLAIM("root inside is an ordinary user outside",
      {.step = 4, .points = 2, .hint = "uid_map: 0 inside is the caller outside"}) {
  stage.require_user_namespaces();
  const std::string secret = stage.scratch("secret");
  create_file(secret, random_word(), 0600);  // the host's root's
  create_file(stage.rootfs() + "/root/file", "");
  const std::string word = random_word();
  Running running =
      subject.start({.options = {"-v", secret + ":/root/file"},
                     .command = {"/bin/sh", "-c", "cat /root/file; exec /bin/probe wait " + word},
                     .may_refuse = true,
                     .ordinary_user = true});
  running.wait_for_output("ready");
  CHECK(running.out() == "ready\n");
  const std::string pid = std::to_string(stage.find_process(word));
  CHECK(holds(read_file("/proc/" + pid + "/status"), "\nUid:\t54321\t54321\t54321\t54321\n"));
  stop(running);
}

// --- kill -9 ------------------------------------------------------------------------------

CLAIM("kill -9 at any moment of the start leaves nothing",
      {.step = 4, .points = 3, .hint = "the child must notice by itself that its parent is gone"}) {
  for (long moment = 0; moment < 50; ++moment) {
    Running running = subject.start({.command = {"/bin/probe", "wait"}, .may_refuse = true});
    const timespec pause{.tv_sec = 0, .tv_nsec = moment * 200'000};  // up to 10 ms
    ::nanosleep(&pause, nullptr);
    running.kill_hard();
  }
  if (subject.level() >= 5) subject.settle();
}

// --- What is still open? ------------------------------------------------------------------

CLAIM("not even lo answers", {.step = 4, .kind = kHole, .closed = 6}) {
  const Run run = subject.run({.command = {"/bin/ping", "-c1", "-W1", "127.0.0.1"}});
  CHECK(run.status != 0);
}

CLAIM("a memory hog gets all it asks for", {.step = 4, .kind = kHole, .closed = 5}) {
  CHECK(subject.run({.command = {"/bin/probe", "memory", "256"}}).status == 0);
}

CLAIM("300 processes start in one container", {.step = 4, .kind = kHole, .closed = 5}) {
  CHECK(subject.run({.command = {"/bin/probe", "forks", "300"}}).status == 0);
}

}  // namespace stepbox
