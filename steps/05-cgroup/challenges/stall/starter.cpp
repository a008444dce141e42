// stall KIND COMMAND...: says when it has to wait for cpu, memory or io, and how long. (psi.rst)
//
// The task: steps/05-cgroup/challenges/stall/README.md
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "03-mount/mountinfo.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"  // new_id(): a name for the group

using namespace stepbox;

int main(int, char**) {
  // Yours: argv[1] is KIND, argv[2] and those after it are the command.
  return 0;
}
