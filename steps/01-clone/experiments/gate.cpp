// A parent that dies before it has said "go".
//
//   g++ -o build/gate steps/01-clone/experiments/gate.cpp
//   build/gate careless | cat
//   build/gate careful | cat

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// LAB: child
static int child(int gate, bool careful) {
  char byte;
  const ssize_t got = read(gate, &byte, 1);  // waits for the parent
  if (careful && got != 1) {
    puts("child: end of file, nobody is there: I do not run");
    return 125;
  }
  puts("child: I run, without limits");
  return 0;
}

int main(int argc, char** argv) {
  const bool careful = argc > 1 && strcmp(argv[1], "careful") == 0;
  int ends[2];
  if (pipe(ends) == -1) return 125;
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[1]);  // otherwise its own copy keeps the pipe open
    return child(ends[0], careful);
  }
  puts("parent: before I limit my child, I die");
  return 1;  // never: set the limits, then write(ends[1], "", 1)
}
