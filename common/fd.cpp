#include "common/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "common/error.hpp"

namespace stepbox {

void Fd::close() {
  if (fd_ != -1) ::close(std::exchange(fd_, -1));
}

void open_standard_files() {
  int fd;
  do {
    fd = ::open("/dev/null", O_RDWR);  // gets the lowest free number (open(2))
  } while (fd >= STDIN_FILENO && fd <= STDERR_FILENO);
  if (fd != -1) ::close(fd);
}

Pipe::Pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) == -1) throw_errno({"make a pipe"});
  reader = Fd(ends[0]);
  writer = Fd(ends[1]);
}

}  // namespace stepbox
