// inside ROOTFS PATH: prints a file as a process sees it whose root is ROOTFS. (openat2(2))
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "common/error.hpp"
#include "common/fd.hpp"

using namespace stepbox;

static Fd open_inside(const char* rootfs, const char* path) {
  const Fd root(::open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno({"open ", rootfs});
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // else open(2) of a FIFO waits for a writer
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  Fd file;
  do {
    file = Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), path, &how, sizeof how)));
  } while (!file && errno == EAGAIN);  // a file was renamed meanwhile, anywhere
  if (!file) throw_errno({"open ", path, " inside ", rootfs});
  return file;
}

static void print(const Fd& file) {
  char block[1 << 16];
  for (ssize_t got; (got = ::read(file.get(), block, sizeof block)) != 0;) {
    if (got == -1) throw_errno({"read"});
    for (ssize_t done = 0, put; done < got; done += put) {
      put = ::write(STDOUT_FILENO, block + done, static_cast<size_t>(got - done));
      if (put == -1) throw_errno({"write"});
    }
  }
}

int main(int argc, char** argv) try {
  if (argc != 3) throw Failure("inside ROOTFS PATH");
  const Fd file = open_inside(argv[1], argv[2]);
  struct stat about {};
  if (::fstat(file.get(), &about) == -1) throw_errno({"look at ", argv[2]});
  if (!S_ISREG(about.st_mode)) throw Failure(join({"no regular file: ", argv[2]}));
  print(file);
  return 0;
} catch (const std::exception& error) {
  return report(error);
}
