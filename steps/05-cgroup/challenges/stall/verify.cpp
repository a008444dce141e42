// The claims of the challenge `stall`.
#include <cstdlib>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

void skip_without_pressure() {
  if (!exists("/proc/pressure/cpu")) skip("this kernel measures no pressure");
  for (const CgroupTree& tree : mounted_hierarchies()) {
    if (tree.v2) return;
  }
  skip("no cgroup v2 on this machine");
}

// Two that want one CPU at the same time: what one uses, the other waits. The first CPU that we may
// use; both end by themselves.
std::vector<std::string> quarrel(const Stage& stage, const std::string& kind,
                                 const std::string& seconds = "0.4") {
  const std::string script =
      "cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//'); taskset -pc $cpu $$ >/dev/null; "
      "$0 spin $1 >/dev/null & $0 spin $1 >/dev/null; wait; exit 6";
  return {kind, "/bin/sh", "-c", script, stage.rootfs() + "/bin/probe", seconds};
}

long long waited(const Run& run) {
  const size_t at = run.err.find("waited ");
  return at == run.err.npos ? -1 : std::atoll(run.err.c_str() + at + 7);
}

}  // namespace

CLAIM("a stall is reported while the command runs",
      {.step = 5,
       .points = 2,
       .hint = "some 200000 2000000 into cpu.pressure; POLLPRI",
       .challenge = "stall"}) {
  skip_without_pressure();
  const Run run = subject.run({.command = quarrel(stage, "cpu", "1.5")});
  CHECK(run.err.starts_with("stalled\n"));
  CHECK(run.err.find("stalled", 1) == run.err.npos);
}

CLAIM("the time that a command waited is printed at its end",
      {.step = 5, .hint = "total= of the line some, in microseconds", .challenge = "stall"}) {
  skip_without_pressure();
  const Run run = subject.run({.command = quarrel(stage, "cpu")});
  CHECK(waited(run) >= 250);
  CHECK(waited(run) < 60'000);
}

CLAIM("waiting for the CPU does not count as waiting for memory",
      {.step = 5, .hint = "each kind has its file", .challenge = "stall"}) {
  skip_without_pressure();
  const Run run = subject.run({.command = quarrel(stage, "memory")});
  CHECK(run.status == 6);
  CHECK(!holds(run.err, "stalled"));
  CHECK(waited(run) >= 0);
  CHECK(waited(run) < 100);
}

CLAIM("an unknown resource is refused and nothing is run",
      {.step = 5, .hint = "cpu, memory, io", .challenge = "stall"}) {
  const std::string kind = random_word();
  const Run run = subject.run({.command = {kind, "touch", stage.scratch("ran")}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, kind));
  CHECK(!exists(stage.scratch("ran")));
}

}  // namespace stepbox
