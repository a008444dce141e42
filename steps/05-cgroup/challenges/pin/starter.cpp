// pin CPUS COMMAND...: runs it on these CPUs alone. (cgroups(7), cpuset(7))
//
// The task: steps/05-cgroup/challenges/pin/README.md
#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"  // new_id(): a name for the group

using namespace stepbox;

int main(int, char**) {
  // Yours: argv[1] is CPUS, argv[2] and those after it are the command.
  return 0;
}
