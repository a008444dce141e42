// A child with one ordinary local variable, on a stack that is too small.
//
//   g++ -o build/stack steps/01-clone/experiments/stack.cpp
//   build/stack malloc 4096     a block from malloc(3)
//   build/stack guard 4096      from mmap(2), with a guard page below

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

static char* neighbour;  // a block of 4096 dots, allocated just before the stack

// LAB: child
static int child(void*) {
  volatile char path[PATH_MAX];  // 4096 bytes, as realpath(3) wants them
  for (volatile char& letter : path) letter = '/';
  int changed = 0;
  for (int i = 0; i < 4096; ++i) changed += neighbour[i] != '.';
  printf(changed ? "%d bytes of the neighbour are overwritten\n" : "all is well\n", changed);
  return fflush(stdout);
}

// The lowest address of a stack.
static char* malloc_stack(size_t size) { return static_cast<char*>(malloc(size)); }

static char* guarded_stack(size_t size) {
  const size_t guard = 4096;
  void* base = mmap(nullptr, guard + size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  char* stack = static_cast<char*>(base) + guard;
  return mprotect(stack, size, PROT_READ | PROT_WRITE) == 0 ? stack : nullptr;
}

int main(int argc, char** argv) {
  const size_t size = argc == 3 ? strtoul(argv[2], nullptr, 10) : 0;
  neighbour = malloc_stack(4096);
  char* stack = size == 0                       ? nullptr
                : strcmp(argv[1], "guard") == 0 ? guarded_stack(size)
                                                : malloc_stack(size);
  if (!neighbour || !stack) {
    fprintf(stderr, "usage: stack malloc|guard BYTES\n");
    return 125;
  }
  memset(neighbour, '.', 4096);
  int status = 0;
  const pid_t pid = clone(child, stack + size, SIGCHLD, nullptr);
  if (pid == -1 || waitpid(pid, &status, 0) == -1) {
    perror("clone or waitpid");
    return 125;
  }
  if (WIFSIGNALED(status)) printf("killed by signal %d\n", WTERMSIG(status));
}
