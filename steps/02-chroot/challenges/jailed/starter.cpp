// jailed PID...: who has another root directory than we? (proc_pid_root(5), stat(2))
//
// The task is in the README.md beside the reference: steps/02-chroot/challenges/jailed.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

int main(int, char**) {
  // Yours: argv[1] and those after it are the pids.
  return 0;
}
