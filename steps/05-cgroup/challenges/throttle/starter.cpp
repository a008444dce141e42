// throttle DEVICE BYTES COMMAND...: reads and writes no more than BYTES a second. (cgroups(7))
//
// The task: steps/05-cgroup/challenges/throttle/README.md
#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"  // new_id(): a name for the group

using namespace stepbox;

int main(int, char**) {
  // Yours: argv[1] is DEVICE, argv[2] is BYTES, argv[3] and those after it are the command.
  return 0;
}
