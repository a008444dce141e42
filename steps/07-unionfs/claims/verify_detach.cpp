// The claims of step 7 about containers that outlive their caller.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

std::string verb(Subject& subject, const std::string& name, const std::vector<std::string>& words) {
  return subject.run({.command = words, .verb = name}).out;
}

// A command that ends when now() is called.
class Go {
 public:
  explicit Go(const Stage& stage) : directory_(stage.scratch("go")) {
    make_directories(directory_);
  }
  RunSpec with(std::vector<std::string> options, int status) const {
    options.insert(options.end(), {"-v", directory_ + ":/mnt"});
    const std::string script = "until [ -e /mnt/go ]; do sleep 0.01; done; exit ";
    return {.options = options, .command = {"/bin/sh", "-c", script + std::to_string(status)}};
  }
  void now() const { create_file(directory_ + "/go", ""); }

 private:
  std::string directory_;
};

// Waits until the process `wait` has the pidfd open on which it polls.
void await_waiting(const Stage& stage) {
  stage.on_host({"sh", "-c", "until readlink /proc/$0/fd/* | grep -q pidfd; do sleep 0.01; done",
                 std::to_string(stage.find_process("wait"))});
}

}  // namespace

CLAIM("run -d prints the id and the container keeps running",
      {.step = 7, .points = 2, .hint = "fork twice, setsid(2): the shell is not its parent"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const Run run =
      subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  CHECK(run.out.size() == 65);
  CHECK(run.out.find_first_not_of("0123456789abcdef") == 64);
  CHECK(run.err == "");
  stage.find_process(name);
  CHECK(holds(verb(subject, "ps", {}), name));
  CHECK(verb(subject, "rm", {"-f", name}) == name + "\n");
}

CLAIM("run -d reports why the command does not start", {.step = 7}) {
  stage.expect_orphans();
  for (const auto& [command, status] : {std::pair{"/no/such", 127}, {"/etc/passwd", 126}}) {
    const std::string name = random_word();
    const Run run = subject.run({.options = {"-d", "--name", name}, .command = {command}});
    CHECK(run.status == status);
    CHECK(run.out == "");
    CHECK(holds(run.err, command));
    CHECK(verb(subject, "rm", {name}) == name + "\n");
  }
  const Run bad = subject.run({.options = {"-d", "--mount", "type=bind,src=/no/such,dst=/mnt"},
                               .command = {"/bin/true"},
                               .may_refuse = true});
  CHECK(bad.status == 125);
  CHECK(holds(bad.err, "/no/such"));
}

CLAIM("wait prints the status of running and exited containers", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  Go go(stage);
  subject.run(go.with({"-d", "--name", name}, 5));
  Running waiting = subject.start({.command = {name}, .verb = "wait"});
  await_waiting(stage);
  go.now();
  CHECK(waiting.wait().out == "5\n");
  CHECK(verb(subject, "wait", {name}) == "5\n");
  verb(subject, "rm", {name});
  CHECK(subject.run({.command = {name}, .verb = "wait"}).status == 1);
}

CLAIM("wait prints the status of a container that --rm has removed",
      {.step = 7, .hint = "the holder notes it in its file; an open file outlives its name"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  Go go(stage);
  subject.run(go.with({"-d", "--rm", "--name", name}, 7));
  Running waiting = subject.start({.command = {name}, .verb = "wait"});
  await_waiting(stage);
  go.now();
  CHECK(waiting.wait().out == "7\n");
  CHECK_FALSE(holds(verb(subject, "ps", {"-a"}), name));
}

CLAIM("create makes a container that start runs", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const Run made = subject.run({.options = {"--name", name, "--network", "none"},
                                .command = {stage.rootfs(), "/bin/sh", "-c", "echo x; exit 3"},
                                .verb = "create"});
  CHECK(made.out.size() == 65);
  CHECK(holds(verb(subject, "ps", {"-a"}), name));
  CHECK_FALSE(holds(verb(subject, "ps", {}), name));
  CHECK(subject.run({.command = {name}, .verb = "diff"}).status == 0);  // no change yet
  CHECK(verb(subject, "start", {name}) == name + "\n");
  CHECK(verb(subject, "wait", {name}) == "3\n");
  const Run again = subject.run({.options = {"-a"}, .command = {name}, .verb = "start"});
  CHECK(again.out == "x\n");
  CHECK(again.status == 3);
  verb(subject, "rm", {name});
  const Run bad = subject.run(
      {.command = {"no-such-image", "/bin/true"}, .verb = "create", .may_refuse = true});
  CHECK(bad.status == 1);
}

CLAIM("start continues after a container that does not exist", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  verb(subject, "create", {"--name", name, "--network", "none", stage.rootfs(), "/bin/true"});
  const Run run = subject.run({.command = {random_word(), name}, .verb = "start"});
  CHECK(run.status == 1);
  CHECK(run.out == name + "\n");
  verb(subject, "wait", {name});
  verb(subject, "rm", {name});
}

CLAIM("run -d that cannot print the id fails", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const Run run = subject.run({.options = {"-d", "--name", name},
                               .command = {"/bin/true"},
                               .may_refuse = true,
                               .through = {"/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, "No space left"));
  verb(subject, "wait", {name});
  verb(subject, "rm", {name});
}

CLAIM("a container of run -d has no file of its caller",
      {.step = 7, .hint = "close_range(2) in the monitor; /dev/null for the three"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  // The stdout of the caller is a file here, which the monitor and the container must not inherit.
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  const pid_t pid = stage.find_process(name);
  for (const char* const fd : {"0", "1", "2"}) {
    const std::string link = "/proc/" + std::to_string(pid) + "/fd/" + fd;
    CHECK_FALSE(holds(stage.on_host({"readlink", link}), "/run/stage"));
  }
  verb(subject, "rm", {"-f", name});
}

}  // namespace stepbox
