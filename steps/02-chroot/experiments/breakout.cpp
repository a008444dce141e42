// Leaves a chroot, the classical way, and runs a command of the host. (chroot(2), "NOTES")
//
//   sudo ./step2 busybox /bin/breakout /bin/ls /home
//
// `..` stops at the root directory of the process, and nowhere else. A root user may call chroot(2)
// again without chdir(2): then the cwd is outside of the root directory, and `..` never reaches
// that. Static, and without stepbox's libraries: it has to run in any rootfs.

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char* operation) {
  ::perror(operation);
  return 125;
}

int main(int argc, char** argv) {
  if (argc < 2) {
    ::fprintf(stderr, "usage: breakout COMMAND [ARG...]\n");
    return 125;
  }
  // LAB: leave
  constexpr char kTrap[] = "breakout.tmp";
  if (::chdir("/") == -1) return fail("chdir /");
  if (::mkdir(kTrap, 0700) == -1) return fail("mkdir breakout.tmp");
  // For rmdir(2): after chroot(2) the path "/" is another directory.
  const int old_root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int result = ::chroot(kTrap);  // now the cwd is above the root directory
  ::unlinkat(old_root, kTrap, AT_REMOVEDIR);
  if (result == -1) return fail("chroot breakout.tmp");

  // LAB: climb
  for (struct stat here, above;;) {  // climb until `..` leads nowhere new
    if (::stat(".", &here) == -1 || ::stat("..", &above) == -1) return fail("stat ..");
    if (here.st_ino == above.st_ino && here.st_dev == above.st_dev) break;
    if (::chdir("..") == -1) return fail("chdir ..");
  }
  if (::chroot(".") == -1) return fail("chroot .");
  ::execvp(argv[1], argv + 1);
  return fail(argv[1]);
  // LAB: end
}
