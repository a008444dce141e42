// pause COMMAND...: USR1 freezes it with all that it has started, USR2 thaws it. (cgroups(7))
//
// The task: steps/05-cgroup/challenges/pause/README.md
#include <signal.h>
#include <sys/wait.h>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"  // new_id(): a name for the group

using namespace stepbox;

int main(int, char**) {
  // Yours: argv[1] and those after it are the command.
  return 0;
}
