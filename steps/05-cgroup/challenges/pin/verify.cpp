// The claims of the challenge `pin`.
#include <sched.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// One of the CPUs that we may use; not the first, where there are more. Skips where one is all
// there is: nothing would be seen.
static std::string choose_cpu() {
  if (!has_controller("cpuset")) skip("no cpuset controller on this machine");
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  if (CPU_COUNT(&set) < 2) skip("this machine has one CPU");
  int cpu = CPU_SETSIZE - 1;
  while (!CPU_ISSET(cpu, &set)) --cpu;
  return std::to_string(cpu);
}

CLAIM("a pinned command has the CPUs that it was given",
      {.step = 5, .hint = "cpuset.cpus of a group; join it, then exec", .challenge = "pin"}) {
  const std::string cpu = choose_cpu();
  const std::string script = "sh -c 'grep Cpus_allowed_list /proc/self/status'";
  const Run run = subject.run({.command = {cpu, "/bin/sh", "-c", script}});
  CHECK(run.out == "Cpus_allowed_list:\t" + cpu + "\n");
}

CLAIM("a pinned command cannot leave its CPUs",
      {.step = 5,
       .points = 2,
       .hint = "sched_setaffinity(2) is only a wish: a cpuset is not",
       .challenge = "pin"}) {
  const std::string cpu = choose_cpu();
  const std::string script = "taskset -p -c 0-1023 $$ >&2; grep Cpus_allowed_list /proc/$$/status";
  const Run run = subject.run({.command = {cpu, "/bin/sh", "-c", script}});
  CHECK(run.out == "Cpus_allowed_list:\t" + cpu + "\n");
}

CLAIM("a pinned command's status reaches the caller",
      {.step = 5, .hint = "what wait() returns; then the group goes", .challenge = "pin"}) {
  const std::string cpu = choose_cpu();
  CHECK(subject.run({.command = {cpu, "/bin/sh", "-c", "exit 6"}}).status == 6);
  CHECK(subject.run({.command = {cpu, random_word()}}).status == 127);
}

CLAIM("a process that a pinned command leaves behind ends with its group",
      {.step = 5, .hint = "Group's destructor kills the remaining processes", .challenge = "pin"}) {
  const std::string word = random_word();
  const std::string script = "setsid sleep 1000 & echo " + word;
  CHECK(subject.run({.command = {choose_cpu(), "/bin/sh", "-c", script}}).out == word + "\n");
  stage.expect_orphans();
}

CLAIM("CPUs that do not exist are refused and nothing is run",
      {.step = 5, .hint = "the kernel says so when you write cpuset.cpus", .challenge = "pin"}) {
  choose_cpu();
  for (const char* cpus : {"1000", "some", "-1"}) {
    const Run run = subject.run({.command = {cpus, "touch", stage.scratch("ran")}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
    CHECK(!exists(stage.scratch("ran")));
  }
}

}  // namespace stepbox
