// A small shell: reads lines, runs each as a command. (fork(2), execvp(3), waitpid(2), pipe(2))
//
// The task: steps/01-clone/challenges/shell/README.md
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <string>

int main() {
  // Yours: std::getline(std::cin, line) reads a line; run it; and so on.
  return 0;
}
