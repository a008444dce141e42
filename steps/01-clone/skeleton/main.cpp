// Step 1: clone. A program becomes a process. (clone(2), execve(2), waitpid(2))
//
// Yours to write: a program that is called  step1 [OPTIONS] COMMAND [ARG...]  and has three parts.
//
//   main()       reads the command line (CommandLine, common/cli.hpp: it knows --help and
//                --explain) and reports what is thrown (report(), common/error.hpp)
//   run()        outside: spawns the child, waits for it, returns its status
//   container()  inside: what the child does to itself before it becomes the command

#include <cstdio>

int main() {
  std::fputs("step1: nothing is written yet\n", stderr);
  return 1;
}
