// init COMMAND...: runs it, reaps orphans, and ends what is left. (prctl(2), wait(2))
//
// The task: steps/01-clone/challenges/init/README.md
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int, char**) {
  // Yours: argv[1] and those after it are the command.
  return 0;
}
