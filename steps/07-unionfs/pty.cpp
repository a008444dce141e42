#include "07-unionfs/pty.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "03-mount/mount.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

// A byte, and beside it the descriptor.
struct Parcel {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  Parcel() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  Parcel(const Parcel&) = delete;
};

static void send_descriptor(const Fd& socket, const Fd& file) {
  Parcel parcel;
  cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = file.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket.get(), &parcel.message, MSG_NOSIGNAL) == -1) {
    throw_errno({"send the terminal to the monitor"});
  }
}

Fd receive_terminal(const Fd& inside) {
  Parcel parcel;
  int fd = -1;
  if (::recvmsg(inside.get(), &parcel.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) == 1) {
    const cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
    if (header && header->cmsg_type == SCM_RIGHTS) std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  }
  if (fd != -1) ::fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
  return Fd(fd);
}

Fd open_slave(const Fd& master) {
  return Fd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

void become_terminal(const Fd& outside, const winsize& window) {
  const Fd master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  const int locked = 0;
  int number = 0;
  if (!master || ::ioctl(master.get(), TIOCSPTLCK, &locked) == -1 ||
      ::ioctl(master.get(), TIOCGPTN, &number) == -1) {
    throw_errno({"open /dev/ptmx"});
  }
  const Fd slave = open_slave(master);
  if (!slave) throw_errno({"open /dev/pts/", std::to_string(number)});
  ::ioctl(slave.get(), TIOCSWINSZ, &window);
  const std::string name = "/dev/pts/" + std::to_string(number);
  explain({"setsid --ctty sh -c '…' <>", name, " >&0 2>&1"});
  ::setsid();
  if (::ioctl(slave.get(), TIOCSCTTY, 0) == -1) throw_errno({"take ", name, " as our terminal"});
  if (!exists("/dev/console")) {
    create_file("/dev/console", "", 0600);
    bind(name, MountPoint("/", "/dev/console"), false);
  }
  send_descriptor(outside, master);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(slave.get(), fd);
}

}  // namespace stepbox
