// The claims of the challenge `enter`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A process in namespaces of its own; dies with this object.
class Target {
 public:
  // `inside`: shell commands that it runs first, such as `hostname x &&`.
  Target(Stage& stage, std::vector<std::string> unshare, const std::string& inside)
      : word_(random_word()),
        background_(words(std::move(unshare),
                          inside + " exec " + stage.rootfs() + "/bin/probe wait " + word_),
                    stage.scratch("target-" + word_), "ready") {
    stage.expect_orphans();
    stage.census_before();
    pid_ = stage.find_process(word_);
  }
  pid_t number() const { return pid_; }
  std::string pid() const { return std::to_string(pid_); }

 private:
  static std::vector<std::string> words(std::vector<std::string> unshare,
                                        const std::string& script) {
    unshare.insert(unshare.begin(), {"unshare", "--pid", "--fork", "--kill-child"});
    unshare.insert(unshare.end(), {"/bin/sh", "-c", script});
    return unshare;
  }

  std::string word_;
  Background background_;
  pid_t pid_ = -1;
};

const std::vector<std::string> kAll{"--uts",   "--ipc",        "--net",
                                    "--mount", "--mount-proc", "--cgroup"};

}  // namespace

CLAIM("a command enters all the namespaces of a process",
      {.step = 4,
       .points = 2,
       .hint = "setns(2): a pidfd, and all the flags at once",
       .challenge = "enter"}) {
  const std::string name = random_word();
  const Target target(stage, kAll, "hostname " + name + " &&");
  CHECK(subject.run({.command = {target.pid(), "hostname"}}).out == name + "\n");
  for (const char* type : {"uts", "ipc", "net", "mnt", "cgroup"}) {
    const std::string link = std::string("/proc/self/ns/") + type;
    CHECK(subject.run({.command = {target.pid(), "readlink", link}}).out ==
          Stage::namespace_of(target.number(), type) + "\n");
  }
}

CLAIM("an entered command is in the PID namespace of the process",
      {.step = 4,
       .hint = "setns(2) moves only children into a PID namespace: fork(2)",
       .challenge = "enter"}) {
  const Target target(stage, kAll, "");
  const Run run = subject.run({.command = {target.pid(), "readlink", "/proc/self/ns/pid"}});
  CHECK(run.out == Stage::namespace_of(target.number(), "pid") + "\n");
}

CLAIM("an entered command has the root directory of the process",
      {.step = 4,
       .hint = "open /proc/PID/root first; fchdir(2), chroot(2) at the end",
       .challenge = "enter"}) {
  const std::string word = random_word();
  const std::string name = random_word();
  create_file(stage.rootfs() + "/word", word);
  const Background target({"chroot", stage.rootfs(), "/bin/probe", "wait", name},
                          stage.scratch("o"), "ready");
  stage.census_before();
  const std::string pid = std::to_string(stage.find_process(name));
  CHECK(subject.run({.command = {pid, "/bin/cat", "/word"}}).out == word);
}

CLAIM("a command enters another user namespace too",
      {.step = 4,
       .hint = "CLONE_NEWUSER, but only where it is not ours already",
       .challenge = "enter"}) {
  const Target target(stage, {"--user", "--map-root-user", "--uts"}, "");
  CHECK(subject.run({.command = {target.pid(), "readlink", "/proc/self/ns/user"}}).out ==
        Stage::namespace_of(target.number(), "user") + "\n");
}

CLAIM("an entered command's status reaches the caller",
      {.step = 4, .hint = "waitpid(2)", .challenge = "enter"}) {
  const Target target(stage, {"--uts"}, "");
  const std::string missing = random_word();
  CHECK(subject.run({.command = {target.pid(), "/bin/sh", "-c", "exit 6"}}).status == 6);
  CHECK(subject.run({.command = {target.pid(), "/bin/sh", "-c", "kill -9 $$"}}).status == 137);
  const Run run = subject.run({.command = {target.pid(), missing}});
  CHECK(run.status == 127);
  CHECK(holds(run.err, missing));
}

CLAIM("a process that does not exist cannot be entered",
      {.step = 4, .hint = "pidfd_open(2) says so", .challenge = "enter"}) {
  for (const std::string& pid : {std::string("4194304"), random_word()}) {
    const Run run = subject.run({.command = {pid, "touch", stage.scratch("ran")}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, pid));
    CHECK(!exists(stage.scratch("ran")));
  }
}

}  // namespace stepbox
