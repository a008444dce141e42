// timeout SECONDS COMMAND...: ends the command when the time is up. (setpgid(2), sigtimedwait(2))
//
// The task: steps/01-clone/challenges/timeout/README.md
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int, char**) {
  // Yours: argv[1] is the number of seconds, argv[2] and those after it are the command.
  return 0;
}
