// A command as one line of text, in a buffer of fixed size.
//
//   g++ -o build/words steps/01-clone/experiments/words.cpp
//   build/words busybox

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  // LAB: line
  char command[128];
  snprintf(command, sizeof command, "mkdir -p build/boxes/%s", argc > 1 ? argv[1] : "");
  return system(command) == 0 ? 0 : 1;
  // LAB: end
}
