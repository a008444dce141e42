// scratch SIZE DIRECTORY COMMAND...: room to write, for this command alone. (unshare(2), tmpfs(5))
//
// The task: steps/03-mount/challenges/scratch/README.md
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/error.hpp"

int main(int, char**) {
  // Yours: argv[1] is SIZE, argv[2] DIRECTORY, argv[3] and those after it the command.
  return 0;
}
