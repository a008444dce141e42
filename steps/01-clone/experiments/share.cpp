// What does a child share with its parent? clone(2) with flags of your choice.
//
//   g++ -o build/share steps/01-clone/experiments/share.cpp
//   build/share             as fork(2) does it: nothing
//   build/share vm fs       memory, and the current directory

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int number = 1;
static int file = -1;
static char stack[64 * 1024];

// LAB: child
static int child(void*) {
  number = 2;
  close(file);
  return chdir("/");
}

int main(int argc, char** argv) {
  int flags = SIGCHLD;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "vm") == 0) flags |= CLONE_VM;
    if (strcmp(argv[i], "fs") == 0) flags |= CLONE_FS;
    if (strcmp(argv[i], "files") == 0) flags |= CLONE_FILES;
  }
  file = open("/dev/null", O_RDONLY);
  const pid_t pid = clone(child, stack + sizeof stack, flags, nullptr);
  if (pid == -1 || waitpid(pid, nullptr, 0) == -1) {
    perror("clone or waitpid");
    return 1;
  }
  char directory[4096];
  printf("number %d, directory %s, file %s\n", number,
         getcwd(directory, sizeof directory) && directory[1] ? "as before" : "/",
         fcntl(file, F_GETFD) == -1 ? "closed" : "open");
}
