// Step 1: clone. A program becomes a process. (clone(2), execve(2), waitpid(2))
//
// Write a program with the usage  step1 [OPTIONS] COMMAND [ARG...]  and three parts.
//
//   main()       reads the command line (CommandLine in common/cli.hpp has --help and --explain)
//                and reports exceptions (report() in common/error.hpp)
//   run()        [parent] spawns the child, waits for it, returns its status
//   container()  [child] sets up its own process, then executes the command

#include <cstdio>

int main() {
  std::fputs("step1: nothing is written yet\n", stderr);
  return 1;
}
