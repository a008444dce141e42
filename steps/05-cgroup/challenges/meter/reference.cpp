// meter COMMAND...: runs it, and says what it used with all that it had started. (cgroups(7))
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/limits.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

using namespace stepbox;

// Repeats, as processes may fork meanwhile, until the group is empty.
static void kill_members(const Group& group) {
  const bool empty = wait_until(10, [&] {
    const std::string pids = group.get("cgroup.procs");
    for (const std::string& pid : split(pids, '\n')) {
      if (!pid.empty()) ::kill(std::stoi(pid), SIGKILL);
    }
    return pids.empty();
  });
  if (!empty) throw Failure("a process in the group does not die");
}

static int run(const std::vector<std::string>& command) {
  block_signals();
  const std::string id = new_id();
  std::vector<Group> groups;  // one in v2, as many as there are trees in v1
  for (const Hierarchy& tree : find_hierarchies({"cpu", "cpuacct", "memory"})) {
    groups.emplace_back(tree, id);
  }
  Child child = spawn({}, [&] {
    for (const Group& group : groups) group.join();
    return exec_command(command);
  });
  const int status = child.wait();
  kill_members(groups.front());
  Usage usage;
  for (const Group& group : groups) {
    (group.hierarchy().v2 ? add_usage_v2 : add_usage_v1)(group, usage);
  }
  std::fprintf(stderr, "cpu %lld\nmemory %lld\n", static_cast<long long>(usage.cpu_us / 1000),
               static_cast<long long>(usage.memory_peak));
  return status;
}

int main(int argc, char** argv) try {
  if (argc < 2) throw Failure("meter COMMAND [ARG...]");
  return run({argv + 1, argv + argc});
} catch (const std::exception& error) {
  return report(error);
}
