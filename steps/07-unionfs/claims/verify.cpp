// The claims of step 7: many containers share one image; each is remembered, until it is removed.
#include "07-unionfs/claims/verify.hpp"

#include <unistd.h>

#include <set>

#include "common/files.hpp"

namespace stepbox {
namespace {

std::string ps(Subject& subject, const std::vector<std::string>& options = {}) {
  return subject.run({.options = options, .verb = "ps"}).out;
}

// The line of `table` for a container; empty if there is none.
std::string line_about(const std::string& name, const std::string& table) {
  const size_t at = table.find(name);
  if (at == table.npos) return "";
  const size_t start = table.rfind('\n', at) + 1;
  return table.substr(start, table.find('\n', at) - start);
}

// Names, owners, modes, times and contents of a whole tree, as one number.
std::string checksum(const Stage& stage, const std::string& tree) {
  return stage.on_host({"sh", "-c", "tar -cf - --sort=name -C \"$0\" . | sha256sum", tree});
}

}  // namespace

// --- The image ----------------------------------------------------------------------------

CLAIM("two containers of one image do not see each other's changes",
      {.step = 7, .points = 2, .hint = "an upper and a work directory for each container"}) {
  Running first = subject.start({.command = shell("echo x > /root/note; exec /bin/probe wait")});
  first.wait_for_output("ready");
  const Run second = subject.run({.command = shell("ls /root; echo listed")});
  CHECK(second.out == "listed\n");
  stop(first);
}

CLAIM("the image is untouched byte for byte",
      {.step = 7, .points = 3, .hint = "a lowerdir is never written to"}) {
  const std::string before = checksum(stage, stage.rootfs());
  const Run run = subject.run(
      {.command = shell("echo more >> /etc/passwd; rm /etc/group; chmod 600 /etc/hosts\n"
                        "mkdir /srv && echo new > /srv/file; rm -r /mnt; ln -s / /root/link\n"
                        "mv /bin/ls /bin/sl; touch -d 2001-01-01 /tmp; echo done")});
  CHECK(run.out == "done\n");
  CHECK(run.err == "");
  CHECK(checksum(stage, stage.rootfs()) == before);
}

CLAIM("deleting a file hides it", {.step = 7, .hint = "a whiteout in the upper layer"}) {
  create_file(stage.rootfs() + "/root/note", "x");
  const Run run =
      subject.run({.command = shell("rm /root/note && ls /root && [ ! -e /root/note ]")});
  CHECK(run.out == "");
  CHECK(run.status == 0);
  CHECK_MESSAGE(exists(stage.rootfs() + "/root/note"), "the image has lost it too");
}

CLAIM("--storage copy leaves the image unchanged too",
      {.step = 7, .hint = "cp -a, into the container's own directory"}) {
  const Run run = subject.run(
      {.options = {"--storage", "copy"}, .command = shell("echo x > /root/note; cat /root/note")});
  CHECK(run.out == "x\n");
  CHECK_FALSE(exists(stage.rootfs() + "/root/note"));
}

CLAIM("a volume's DST is made in the upper layer",
      {.step = 7, .hint = "it is made below root(), after mount()"}) {
  const std::string word = random_word();
  make_directories(stage.scratch("source"));
  create_file(stage.scratch("source/file"), word);
  const Run run = subject.run({.options = {"-v", stage.scratch("source") + ":/new/place"},
                               .command = {"/bin/cat", "/new/place/file"},
                               .may_refuse = true});  // as in earlier steps
  CHECK(run.out == word);
  CHECK_FALSE(exists(stage.rootfs() + "/new"));
}

// --- A container outlives its process -----------------------------------------------------

CLAIM("changes are kept for the next start", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const Run first = subject.run(
      {.options = {"--name", name}, .command = shell("echo x >> /root/note; cat /root/note")});
  CHECK(first.out == "x\n");
  CHECK(subject.run({.options = {"-a"}, .command = {name}, .verb = "start"}).out == "x\nx\n");
  remove(subject, name);
}

CLAIM("a container name is unique", {.step = 7}) {
  const std::string name = random_word();
  const RunSpec run{.options = {"--name", name}, .command = {"/bin/true"}, .may_refuse = true};
  CHECK(subject.run(run).status == 0);
  CHECK(subject.run(run).status == 125);
  remove(subject, name);
}

// --- exec ---------------------------------------------------------------------------------

CLAIM("exec sees the namespaces of the container",
      {.step = 7, .points = 2, .hint = "setns(2), not unshare(2)"}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  const pid_t pid = stage.find_process(name);
  for (const char* type : {"uts", "pid", "mnt", "ipc", "net", "cgroup"}) {
    const Run run = subject.run(
        {.command = {name, "/bin/readlink", std::string("/proc/self/ns/") + type}, .verb = "exec"});
    CHECK(run.out == Stage::namespace_of(pid, type) + "\n");
  }
  stop(running);
  remove(subject, name);
}

CLAIM("exec sees the files of the container", {.step = 7}) {
  const std::string name = random_word();
  Running running = subject.start(
      {.options = {"--name", name}, .command = shell("echo x > /root/note; exec probe wait")});
  running.wait_for_output("ready");
  const Run run = subject.run({.command = {name, "/bin/cat", "/root/note"}, .verb = "exec"});
  CHECK(run.out == "x\n");
  stop(running);
  remove(subject, name);
}

CLAIM("exec is subject to the limits of the container",
      {.step = 7, .points = 2, .hint = "join its group before exec(2)"}) {
  if (!has_controller("pids")) skip("no cgroup controller for pids here");
  const std::string name = random_word();
  const std::string word = random_word();
  Running running = start_named(subject, name);
  const pid_t first = stage.find_process(name);
  Running second = subject.start({.command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
  second.wait_for_output("ready");
  const pid_t inside = stage.find_process(word);
  for (const char* controller : {"cpu", "memory", "pids"}) {
    CHECK(Stage::group_of(inside, controller) == Stage::group_of(first, controller));
    CHECK(Stage::group_of(inside, controller) != Stage::group_of(::getpid(), controller));
  }
  stop(second);
  stop(running);
  remove(subject, name);
}

CLAIM("exec exits with the status of its command", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  CHECK(subject.run({.command = {name, "/bin/sh", "-c", "exit 7"}, .verb = "exec"}).status == 7);
  CHECK(subject.run({.command = {name, "/no/such"}, .verb = "exec"}).status == 127);
  stop(running);
  const Run late =
      subject.run({.command = {name, "/bin/true"}, .verb = "exec", .may_refuse = true});
  CHECK_MESSAGE(late.status == 1, "it has ended");
  remove(subject, name);
}

// --- ps -----------------------------------------------------------------------------------

CLAIM("ps distinguishes running and exited containers", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  CHECK(holds(line_about(name, ps(subject)), "Up "));
  stop(running);
  CHECK(line_about(name, ps(subject)) == "");
  CHECK(holds(line_about(name, ps(subject, {"-a"})), "Exited (143)"));
  remove(subject, name);
  CHECK(line_about(name, ps(subject, {"-a"})) == "");
}

CLAIM("ps shows the container of a killed runtime as exited",
      {.step = 7, .points = 2, .hint = "a lock dies with its holder; a pid may be anybody's"}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  running.kill_hard();
  stage.await_orphans();
  CHECK(line_about(name, ps(subject)) == "");
  CHECK(holds(line_about(name, ps(subject, {"-a"})), "Exited"));
  remove(subject, name);
  subject.settle();
}

CLAIM("a command that dropped root is killed by the next verb after kill -9",
      {.step = 7, .hint = "a change of user id cancels PR_SET_PDEATHSIG: settle must kill"}) {
  create_file(stage.rootfs() + "/etc/passwd",
              "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
  const std::string name = random_word();
  Running running = subject.start(
      {.options = {"--name", name, "--cpus", "0", "-m", "0", "--pids-limit", "0"},
       .command = {"/bin/su", "nobody", "-s", "/bin/sh", "-c", "exec /bin/probe wait " + name}});
  running.wait_for_output("ready");
  running.kill_hard();
  CHECK(holds(line_about(name, ps(subject, {"-a"})), "Exited (137)"));
  remove(subject, name);
  stage.await_orphans();
}

CLAIM("removing a container keeps its volumes even after kill -9",
      {.step = 7, .kind = kKept, .points = 2, .sabotage = "rm-through-mounts"}) {
  const std::string volume = stage.scratch("volume");
  make_directories(volume);
  create_file(volume + "/precious", "x");
  Running running = subject.start(
      {.options = {"--share", "mount", "-v", volume + ":/mnt"}, .command = {"/bin/probe", "wait"}});
  running.wait_for_output("ready");
  running.kill_hard();
  stage.await_orphans();
  subject.settle();
  CHECK_MESSAGE(exists(volume + "/precious"), "the subject deleted what the volume holds");
  stage.on_host({"sh", "-c", "umount -R -l \"$0\" 2>/dev/null; true", stage.rootfs()});
}

CLAIM("20 runs at once have 20 ids and leave nothing", {.step = 7, .points = 2}) {
  std::vector<Running> containers;
  const int runs = subject.repeats(20);
  for (int i = 0; i < runs; ++i)
    containers.push_back(subject.start({.command = {"/bin/hostname"}}));
  std::set<std::string> ids;
  for (Running& container : containers) ids.insert(container.wait().out);
  CHECK(ids.size() == static_cast<size_t>(runs));
  for (const std::string& id : ids) {
    CHECK_MESSAGE(id.find_first_not_of("0123456789abcdef") == 12, "12 hex digits: " << id);
  }
}

}  // namespace stepbox
