// The claims of the challenge `lsns`.
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

struct Line {
  std::string number;
  int processes = 0;
  int pid = 0;
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream all(text);
  for (Line line; all >> line.number >> line.processes >> line.pid;) lines.push_back(line);
  return lines;
}

// The line of the namespace that `pid` is in.
Line line_of(const std::string& text, pid_t pid, const std::string& type) {
  for (const Line& line : lines_of(text)) {
    if (type + ":[" + line.number + "]" == Stage::namespace_of(pid, type)) return line;
  }
  return {};
}

}  // namespace

CLAIM("a new namespace is listed with its processes",
      {.step = 4,
       .hint = "readlink(2) of /proc/PID/ns/TYPE, for all of them",
       .challenge = "lsns"}) {
  const std::string word = random_word();
  const std::string script = "sleep 1000 & sleep 1000 & echo ready; wait";
  const Background group(
      {"unshare", "--net", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", script, word},
      stage.scratch("o"), "ready");
  stage.expect_orphans();
  stage.census_before();
  const pid_t inner = stage.find_process(word);
  const Run run = subject.run({.command = {"net"}});
  const Line line = line_of(run.out, inner, "net");
  CHECK(line.processes == 4);  // unshare(1) itself is in it
  REQUIRE(line.pid > 0);
  CHECK(line.pid < inner);
  CHECK(Stage::namespace_of(line.pid, "net") == Stage::namespace_of(inner, "net"));
  CHECK(line_of(subject.run({.command = {"pid"}}).out, inner, "pid").processes == 3);
}

CLAIM("every process is counted once",
      {.step = 4, .hint = "each has exactly one namespace of a type", .challenge = "lsns"}) {
  const Run run = subject.run({.command = {"uts"}});
  int processes = 0;
  for (const Line& line : lines_of(run.out)) processes += line.processes;
  // Process 1 of the stage, this one, and the program itself.
  CHECK(processes == 3);
  CHECK(line_of(run.out, ::getpid(), "uts").pid == 1);
}

CLAIM("the list of namespaces is in the order of their numbers",
      {.step = 4,
       .hint = "std::map sorts by itself; as numbers, not as text",
       .challenge = "lsns"}) {
  std::vector<std::unique_ptr<Background>> many;
  for (int i = 0; i < 3; ++i) {
    many.push_back(std::make_unique<Background>(
        std::vector<std::string>{"unshare", "--ipc", stage.rootfs() + "/bin/probe", "wait"},
        stage.scratch("o" + std::to_string(i)), "ready"));
  }
  stage.census_before();
  const std::vector<Line> lines = lines_of(subject.run({.command = {"ipc"}}).out);
  CHECK(lines.size() >= 4);
  CHECK(std::is_sorted(lines.begin(), lines.end(), [](const Line& one, const Line& other) {
    return std::stoll(one.number) < std::stoll(other.number);
  }));
}

CLAIM("a zombie is in no namespace and causes no error",
      {.step = 4, .hint = "its link cannot be read: go on", .challenge = "lsns"}) {
  const pid_t zombie = start_forked([] { return 0; });
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(zombie), &info, WEXITED | WNOWAIT);
  const Run run = subject.run({.command = {"uts"}});
  ::waitpid(zombie, nullptr, 0);
  CHECK(run.status == 0);
  CHECK(run.err == "");
  CHECK(line_of(run.out, ::getpid(), "uts").processes == 3);
}

CLAIM("a type of namespace that does not exist is refused",
      {.step = 4, .hint = "is it in /proc/self/ns?", .challenge = "lsns"}) {
  const std::string type = random_word();
  for (const std::string& wrong : {type, std::string("../status")}) {
    const Run run = subject.run({.command = {wrong}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, wrong));
  }
}

}  // namespace stepbox
