// jailed PID...: which processes have another root directory? (proc_pid_root(5), stat(2))
//
// The task: steps/02-chroot/challenges/jailed/README.md
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

int main(int, char**) {
  // Yours: argv[1] and those after it are the pids.
  return 0;
}
