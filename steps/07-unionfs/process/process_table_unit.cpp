// The processes of a container.
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "07-unionfs/process/process_table.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {
namespace {

Process child_of(pid_t parent, ino_t pid_namespace) {
  Process process;
  process.parent = parent;
  process.pid_namespace = pid_namespace;
  return process;
}

std::vector<pid_t> pids(const std::map<pid_t, Process>& processes) {
  std::vector<pid_t> found;
  for (const auto& [pid, process] : processes) found.push_back(pid);
  return found;
}

// 100: `run`. 101: process 1 of the container. 300: started by exec. 50: a child of 101 with a
// reused, lower pid. 400: in a nested PID namespace.
const ProcessTable kTable({{1, child_of(0, 7)},
                           {50, child_of(101, 8)},
                           {100, child_of(1, 7)},
                           {101, child_of(100, 8)},
                           {200, child_of(1, 7)},
                           {300, child_of(200, 8)},
                           {400, child_of(50, 9)}});

}  // namespace

TEST_CASE("all in its PID namespace are a container's, and those in one below") {
  CHECK(pids(kTable.of(101, true)) == std::vector<pid_t>{50, 101, 300, 400});
}

TEST_CASE("with the host's PID namespace, process 1 and its descendants are") {
  CHECK(pids(kTable.of(101, false)) == std::vector<pid_t>{50, 101, 400});
}

TEST_CASE("a container that has ended has none") {
  CHECK(kTable.of(0, true).empty());
  CHECK(kTable.of(999, true).empty());
}

TEST_CASE("fields of stat have proc(5)'s numbers, whatever the program is called") {
  const int status = run_forked([] {
    ::prctl(PR_SET_NAME, ") Z 1 (");
    const std::vector<std::string> fields = stat_fields(::getpid());
    return fields.at(3) == "R" && fields.at(4) == std::to_string(::getppid()) ? 0 : 1;
  });
  CHECK(status == 0);
  CHECK_THROWS_AS(stat_fields(-1), std::system_error);
}

TEST_CASE("the table has this process") {
  const auto processes = ProcessTable().of(::getpid(), false);
  REQUIRE(processes.contains(::getpid()));
  const Process& self = processes.at(::getpid());
  CHECK(self.parent == ::getppid());
  CHECK(self.threads >= 1);
  CHECK(self.resident > 100'000);
  CHECK(self.pid_namespace != 0);
}

}  // namespace stepbox
