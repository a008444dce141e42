// The claims of the challenge `meter`.
#include <cstdlib>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// The number after `word` at the beginning of a line of stderr; -1 if there is none.
static long long number_after(const std::string& word, const Run& run) {
  const std::string text = "\n" + run.err;
  const size_t at = text.find("\n" + word + " ");
  return at == text.npos ? -1 : std::atoll(text.c_str() + at + word.size() + 2);
}

CLAIM("CPU time is counted in milliseconds",
      {.step = 5, .hint = "cpuacct.usage, or usage_usec in cpu.stat", .challenge = "meter"}) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  // On a busy machine it may get less time than it wants: it says how much it had.
  const Run run = subject.run({.command = {probe, "spin", "0.3"}});
  const size_t used = run.out.find("used ");
  REQUIRE(used != run.out.npos);
  const double had = 1000 * std::atof(run.out.c_str() + used + 5);
  CHECK(number_after("cpu", run) >= static_cast<long long>(had * 0.95));
  CHECK(number_after("cpu", run) <= static_cast<long long>(had) + 100);
}

CLAIM("a process that left its parent is counted too",
      {.step = 5,
       .points = 2,
       .hint = "a group counts all its processes; wait4(2) only those that were waited for",
       .challenge = "meter"}) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  const std::string out = stage.scratch("spun");
  const std::string script = "setsid -f " + probe + " spin 0.4 >" + out + "; until grep -q used " +
                             out + "; do sleep 0.1; done; cat " + out;
  const Run run = subject.run({.command = {"/bin/sh", "-c", script}});
  const size_t used = run.out.find("used ");
  REQUIRE(used != run.out.npos);
  CHECK(number_after("cpu", run) >=
        static_cast<long long>(950 * std::atof(run.out.c_str() + used + 5)));
  stage.expect_orphans();
}

CLAIM("memory is the peak of all processes together",
      {.step = 5, .hint = "memory.max_usage_in_bytes, or memory.peak", .challenge = "meter"}) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  // A file in a tmpfs is memory too, after the process that wrote it has ended.
  const std::string script =
      "head -c 32m /dev/zero >" + stage.scratch("big") + "; " + probe + " memory 32";
  const Run run = subject.run({.command = {"/bin/sh", "-c", script}});
  const long long memory = number_after("memory", run);
  CHECK(memory >= 64LL << 20);
  CHECK(memory <= 128LL << 20);
}

CLAIM("processes that the metered command left behind are killed",
      {.step = 5, .hint = "cgroup.procs names them", .challenge = "meter"}) {
  const std::string word = random_word();
  const std::string script = "setsid sleep 1000 & echo " + word + "; exit 6";
  const Run run = subject.run({.command = {"/bin/sh", "-c", script}});
  CHECK(run.out == word + "\n");
  CHECK(run.status == 6);
  CHECK(number_after("cpu", run) >= 0);
  stage.expect_orphans();
}

CLAIM("a metered command that does not exist is 127",
      {.step = 5, .hint = "127, and the bill all the same if you like", .challenge = "meter"}) {
  const std::string missing = random_word();
  const Run run = subject.run({.command = {missing}});
  CHECK(run.status == 127);
  CHECK(holds(run.err, missing));
}

}  // namespace stepbox
