// inside ROOTFS PATH: prints a file as a process sees it whose root is ROOTFS. (openat2(2))
//
// The task: steps/02-chroot/challenges/inside/README.md
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int, char**) {
  // Yours: argv[1] is ROOTFS, argv[2] is PATH.
  return 0;
}
