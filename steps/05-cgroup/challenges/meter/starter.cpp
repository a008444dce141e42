// meter COMMAND...: runs it, and says what it used with all that it had started. (cgroups(7))
//
// The task: steps/05-cgroup/challenges/meter/README.md
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/limits.hpp"
#include "common/error.hpp"
#include "common/id.hpp"  // new_id(): a name for the groups

using namespace stepbox;

int main(int, char**) {
  // Yours: argv[1] and those after it are the command.
  return 0;
}
