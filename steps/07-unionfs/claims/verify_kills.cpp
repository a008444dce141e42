// The claims of step 7 about kill -9 of any process at any moment: the next verb recovers from it.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "07-unionfs/claims/verify_moments.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/launch.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"
#include "common/text.hpp"

namespace stepbox {
namespace {

using Words = std::vector<std::string>;

constexpr int kAtOnce = 10;

std::string verb(Subject& subject, const std::string& name, const Words& words) {
  return subject.run({.command = words, .verb = name}, Milliseconds(30'000)).out;
}

// Each container of the claim is shown as ended, by SIGKILL (137) or before its start (125), and
// can be removed.
void check_ended(Subject& subject) {
  CHECK(verb(subject, "ps", {"-q"}) == "");
  const std::string all = verb(subject, "ps", {"-a", "-q"});
  std::string wrong;
  Words ids;
  for (size_t begin = 0, end; (end = all.find('\n', begin)) != all.npos; begin = end + 1) {
    ids.push_back(all.substr(begin, end - begin));
  }
  const std::string table = verb(subject, "ps", {"-a"});
  for (size_t begin = table.find('\n') + 1, end; (end = table.find('\n', begin)) != table.npos;
       begin = end + 1) {
    const std::string line = table.substr(begin, end - begin);
    if (!holds(line, "Exited (137)") && !holds(line, "Exited (125)")) wrong += line + "; ";
  }
  CHECK(wrong == "");
  if (!ids.empty()) verb(subject, "rm", ids);
  CHECK(verb(subject, "ps", {"-a", "-q"}) == "");
}

// The pid that the record of each container has under `key`.
std::vector<pid_t> pids_in_records(const Stage& stage, const std::string& key) {
  const std::string found =
      stage.on_host({"sh", "-c",
                     "grep -hos '^  \"" + key +
                         "\": [0-9]*' /var/lib/stepbox/containers/*/record.json "
                         "| sed 's/.* //'; true"});
  std::vector<pid_t> pids;
  for (size_t begin = 0, end; (end = found.find('\n', begin)) != found.npos; begin = end + 1) {
    pids.push_back(std::stoi(found.substr(begin, end - begin)));
  }
  return pids;
}

RunSpec detached() {
  return {.options = {"-d", "--cpus", "0", "--name", random_word()},
          .command = {"/bin/probe", "wait"},
          .may_refuse = true};
}

}  // namespace

CLAIM("kill -9 of run at 50 moments leaves nothing and no wrong record", {.step = 7, .points = 3}) {
  stage.expect_orphans();
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int i = 0; i < kMoments; ++i) {
    Running run = subject.start(
        {.options = {"--cpus", "0", "--name", random_word()}, .command = {"/bin/probe", "wait"}});
    moments.wait();
    run.kill_hard();
  }
  stage.await_orphans();
  check_ended(subject);
  subject.settle();
}

CLAIM("kill -9 of the caller of run -d at 50 moments leaves all or nothing", {.step = 7}) {
  stage.expect_orphans();
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int i = 0; i < kMoments; ++i) {
    Running run = subject.start(detached());
    moments.wait();
    run.kill_hard();
  }
  for (const pid_t pid : pids_in_records(stage, "holder")) ::kill(pid, SIGKILL);
  verb(subject, "ps", {});
  // Some monitors write their record later: repeat until ten lists in a row show no container.
  for (int tries = 0, quiet = 0; tries < 100 && quiet < 10; ++tries) {
    for (const pid_t pid : pids_in_records(stage, "holder")) ::kill(pid, SIGKILL);
    quiet = verb(subject, "ps", {"-q"}) == "" ? quiet + 1 : 0;
  }
  stage.await_orphans();
  check_ended(subject);
  subject.settle();
}

CLAIM("kill -9 of a monitor at 50 moments leaves nothing and no wrong record",
      {.step = 7, .points = 3, .hint = "a lock dies with its holder; the next verb settles"}) {
  stage.expect_orphans();
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int round = 0; round < kMoments / kAtOnce; ++round) {
    std::vector<Running> starts;
    for (int i = 0; i < kAtOnce; ++i) starts.push_back(subject.start(detached()));
    moments.wait();
    for (int kills = 0; kills < kAtOnce; ++kills) {
      for (const pid_t pid : pids_in_records(stage, "holder")) {
        if (pid > 0) ::kill(pid, SIGKILL);
      }
      moments.wait();
    }
    for (Running& start : starts) start.wait();
    for (const pid_t pid : pids_in_records(stage, "holder")) ::kill(pid, SIGKILL);
    stage.await_orphans();
    check_ended(subject);
  }
  subject.settle();
}

CLAIM("kill -9 of containers at 50 moments is recorded as 137",
      {.step = 7, .hint = "the monitor waits, and records"}) {
  stage.expect_orphans();
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int round = 0; round < kMoments / kAtOnce; ++round) {
    std::vector<Running> starts;
    for (int i = 0; i < kAtOnce; ++i) starts.push_back(subject.start(detached()));
    for (Running& start : starts) {
      moments.wait();
      for (const pid_t pid : pids_in_records(stage, "pid")) {
        if (pid > 0) ::kill(pid, SIGKILL);
      }
      start.wait();
    }
    for (const pid_t pid : pids_in_records(stage, "pid")) {
      if (pid > 0) ::kill(pid, SIGKILL);
    }
    stage.await_orphans();
    check_ended(subject);
  }
}

CLAIM("kill -9 of exec at 50 moments leaves the container alone",
      {.step = 7, .points = 2, .hint = "PR_SET_PDEATHSIG ends what it started"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string word = random_word();
  subject.run({.options = {"-d", "--cpus", "0", "--pids-limit", "0", "--name", name},
               .command = {"/bin/probe", "wait", name}});
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int i = 0; i < kMoments; ++i) {
    Running exec = subject.start({.command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
    moments.wait();
    exec.kill_hard();
  }
  CHECK(verb(subject, "exec", {name, "/bin/echo", "alive"}) == "alive\n");
  stage.await_orphans();  // reaps them: process 1 of their namespace cannot end before
  const std::string left = verb(subject, "exec", {name, "/bin/ps"});
  CHECK_MESSAGE(!holds(left, word), "what exec had started lives on: " << left);
  verb(subject, "rm", {"-f", name});
}

CLAIM("kill -9 of import at 50 moments leaves a whole image or nothing", {.step = 7, .points = 2}) {
  const std::string archive = stage.scratch("many.tar");
  {
    Tarball tar(archive);
    for (int i = 0; i < 500; ++i) tar.file("d" + std::to_string(i), std::string(2000, 'x'));
  }
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int i = 0; i < kMoments; ++i) {
    Running running = subject.start({.command = {archive, "torn"}, .verb = "import"});
    moments.wait();
    running.kill_hard();
  }
  stage.await_orphans();
  // An import that was killed late has added a complete image. The next import takes over its name,
  // and may be killed before it tags its own image.
  const std::vector<std::string> images =
      split(subject.run({.options = {"-q"}, .verb = "images"}).out, '\n');
  CHECK_MESSAGE(!exists("/var/lib/stepbox/staging"), "what was half there is still there");
  CHECK(stage.on_host({"sh", "-c", "ls /var/lib/stepbox/layers 2>/dev/null | wc -l"}) ==
        (images[0].empty() ? "0\n" : "1\n"));
  for (const std::string& image : images) {
    if (image.empty()) continue;
    CHECK(inside(subject, stage, image, "ls -d /d[0-9]* | wc -l").out == "500\n");
    remove_image(subject, image);
  }
}

CLAIM("kill -9 of a monitor is reported to attached clients", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--restart", "always", "--name", name},
               .command = {"/bin/probe", "wait", name}});
  Running attached = subject.start({.command = {name}, .verb = "attach"});
  stage.find_process("attach");
  for (const pid_t pid : pids_in_records(stage, "holder")) ::kill(pid, SIGKILL);
  const int status = attached.wait().status;
  CHECK_MESSAGE((status == 137 || status == 1), "137, or 1 if it came too late: " << status);
  CHECK(holds(verb(subject, "ps", {"-a"}), "Exited (137)"));
  verb(subject, "rm", {name});
  subject.settle();
}

CLAIM("ps is right while 100 containers start at once",
      {.step = 7, .points = 3, .hint = "nothing that all of them need is held for long"}) {
  stage.expect_orphans();
  constexpr int kAll = 100;
  const auto running = [&] {
    const std::string lines = verb(subject, "ps", {"-q"});
    return static_cast<int>(std::count(lines.begin(), lines.end(), '\n'));
  };
  Words names;
  for (int i = 0; i < kAll; i += kAtOnce) {
    std::vector<Running> starts;
    for (int k = 0; k < kAtOnce; ++k) {
      names.push_back(random_word());
      starts.push_back(subject.start(
          {.options = {"-d", "--cpus", "0", "-m", "0", "--pids-limit", "0", "--name", names.back()},
           .command = {"/bin/probe", "wait"}}));
    }
    for (Running& start : starts) CHECK(start.wait(Milliseconds(30'000)).status == 0);
    CHECK(running() == i + kAtOnce);
  }
  for (int half = 2; half > 0; --half) {
    const Words these(names.end() - kAll / 2, names.end());
    names.resize(names.size() - kAll / 2);
    verb(subject, "stop", these);
    CHECK(running() == (half - 1) * kAll / 2);
    verb(subject, "rm", these);
  }
  CHECK(verb(subject, "ps", {"-a", "-q"}) == "");
}

}  // namespace stepbox
