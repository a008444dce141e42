// A file descriptor with one owner.
#ifndef STEPBOX_COMMON_FD_HPP_
#define STEPBOX_COMMON_FD_HPP_

#include <utility>

namespace stepbox {

// Owns a descriptor and closes it; -1: none. Each descriptor is opened with O_CLOEXEC, so that it
// does not leak into a container.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ != -1; }
  void close();

 private:
  int fd_;
};

// Opens /dev/null for each of stdin, stdout, stderr that is closed. Otherwise a file that is opened
// later would get that number, and messages would be written to it. Called first in main().
void open_standard_files();

// Both ends of a pipe(2), close-on-exec.
// Throws system_error (EMFILE, ENFILE).
struct Pipe {
  Pipe();
  Fd reader;
  Fd writer;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_FD_HPP_
