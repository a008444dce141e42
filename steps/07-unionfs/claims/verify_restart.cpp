// The claims of step 7 about --restart and the monitor.
#include <fcntl.h>

#include "common/deadline.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

using Words = std::vector<std::string>;

std::string verb(Subject& subject, const std::string& name, const Words& words) {
  return subject.run({.command = words, .verb = name}).out;
}

// A number in /proc/PID/status: "VmRSS:	    744 kB".
int status_number(pid_t pid, const std::string& key) {
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/status");
  return std::stoi(text.substr(text.find(key) + key.size()));
}

}  // namespace

CLAIM("--restart on-failure:2 tries three times", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--restart", "on-failure:2", "--name", name},
               .command = {"/bin/sh", "-c", "echo run >>/root/log; cat /root/log; exit 3"}});
  CHECK(verb(subject, "wait", {name}) == "3\n");
  CHECK(verb(subject, "logs", {name}) == "run\nrun\nrun\nrun\nrun\nrun\n");
  CHECK(holds(verb(subject, "ps", {"-a"}), "Exited (3)"));
  verb(subject, "rm", {name});
}

CLAIM("--restart on-failure leaves a success alone", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--restart", "on-failure", "--name", name},
               .command = {"/bin/echo", "run"}});
  CHECK(verb(subject, "wait", {name}) == "0\n");
  CHECK(verb(subject, "logs", {name}) == "run\n");
  verb(subject, "rm", {name});
}

CLAIM("--restart always continues until a verb ends it",
      {.step = 7, .points = 2, .hint = "stop and kill leave a mark before they signal"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--restart", "always", "--name", name},
               .command = {"/bin/sh", "-c", "echo run; exit 0"}});
  Running logs = subject.start({.options = {"-f"}, .command = {name}, .verb = "logs"});
  logs.wait_for_output("run\nrun\nrun\n");
  CHECK(verb(subject, "rm", {"-f", name}) == name + "\n");
  logs.wait();
}

CLAIM("rm refuses a container that waits for its restart and start leaves it alone",
      {.step = 7, .hint = "its monitor lives: it is neither running nor at its end"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run(
      {.options = {"-d", "--restart", "always", "--name", name}, .command = {"/bin/false"}});
  CHECK(wait_until(10, [&] { return holds(verb(subject, "ps", {}), "Restarting (1)"); }));
  CHECK(holds(subject.run({.command = {name}, .verb = "rm"}).err, "is running: stop it first"));
  CHECK(verb(subject, "start", {name}) == name + "\n");
  verb(subject, "rm", {"-f", name});
}

CLAIM("update --restart applies to a running container",
      {.step = 7, .hint = "its monitor reads the record when it ends"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string mark = random_word();  // the name is also an argument of stepbox
  subject.run({.options = {"-d", "--restart", "unless-stopped", "--name", name},
               .command = {"/bin/sh", "-c", "echo run; exec /bin/probe wait " + mark}});
  CHECK(holds(verb(subject, "inspect", {name}), "\"Name\": \"unless-stopped\""));
  Running logs = subject.start({.options = {"-f"}, .command = {name}, .verb = "logs"});
  logs.wait_for_output("run\nready\n");
  stage.on_host({"kill", "-9", std::to_string(stage.find_process(mark))});
  logs.wait_for_output("run\nready\nrun\nready\n");
  CHECK(verb(subject, "update", {"--restart", "no", name}) == name + "\n");
  stage.on_host({"kill", "-9", std::to_string(stage.find_process(mark))});
  logs.wait();
  CHECK(holds(verb(subject, "ps", {"-a"}), "Exited (137)"));
  verb(subject, "update", {"--restart", "always", name});
  verb(subject, "rm", {name});
}

CLAIM("update --restart refuses invalid policies", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--rm", "--name", name}, .command = {"/bin/probe", "wait", name}});
  const Run kept = subject.run({.command = {"--restart", "always", name}, .verb = "update"});
  CHECK(kept.status == 1);
  CHECK(holds(kept.err, "--rm"));
  const RunSpec bad{
      .command = {"--restart", "sometimes", name}, .verb = "update", .may_refuse = true};
  CHECK(subject.run(bad).status == 125);
  CHECK(holds(verb(subject, "inspect", {name}), "\"Name\": \"no\""));
  verb(subject, "rm", {"-f", name});
}

CLAIM("an invalid --restart is 125", {.step = 7}) {
  for (const Words& bad : {Words{"--restart", "sometimes"}, Words{"--restart", "on-failure:-1"},
                           Words{"--restart", "always", "--rm"}}) {
    const Run run = subject.run({.options = bad, .command = {"/bin/true"}, .may_refuse = true});
    CHECK(run.status == 125);
    CHECK(holds(run.err, "restart"));
  }
}

CLAIM("a monitor at rest needs less than 1 MB",
      {.step = 7,
       .points = 2,
       .hint = "madvise(2), MADV_DONTNEED, for what is mapped from files"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name}, .command = {"/bin/probe", "wait", name}});
  const pid_t monitor = status_number(stage.find_process(name), "PPid:");
  int size = 0;
  for (int tries = 0; tries < 1000; ++tries) {
    size = status_number(monitor, "VmRSS:");
    if (size <= 1024) break;
    stage.on_host({"sleep", "0.01"});
  }
  CHECK_MESSAGE(size <= 1024, "its resident set (VmRSS) has " << size << " kB");
  verb(subject, "rm", {"-f", name});
}

CLAIM("a monitor inherits nothing from its caller",
      {.step = 7, .hint = "close_range(2), setsid(2), chdir(2)"}) {
  stage.expect_orphans();
  const Fd left_open(::open(stage.scratch("").c_str(), O_RDONLY | O_DIRECTORY));
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name},
               .command = {"/bin/probe", "wait", name},
               .left_open = left_open.get()});
  const pid_t monitor = status_number(stage.find_process(name), "PPid:");
  const std::string process = "/proc/" + std::to_string(monitor);
  const std::string open = stage.on_host({"sh", "-c", "ls -l " + process + "/fd"});
  CHECK_MESSAGE(!holds(open, "/run/stage"), open);
  CHECK(stage.on_host({"readlink", process + "/cwd"}) == "/\n");
  verb(subject, "rm", {"-f", name});
}

}  // namespace stepbox
