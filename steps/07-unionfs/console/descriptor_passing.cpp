#include "07-unionfs/console/descriptor_passing.hpp"

#include <sys/socket.h>

#include <cstring>

#include "common/error.hpp"

namespace stepbox {

// SCM_RIGHTS needs at least one byte of data.
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

void send_descriptor(const Fd& socket, const Fd& file) {
  Parcel parcel;
  cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = file.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket.get(), &parcel.message, MSG_NOSIGNAL) == -1) {
    throw_errno({"send a descriptor to our other process"});
  }
}

Fd receive_descriptor(const Fd& socket, int flags) {
  Parcel parcel;
  int fd = -1;
  if (::recvmsg(socket.get(), &parcel.message, MSG_CMSG_CLOEXEC | flags) == 1) {
    const cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
    if (header && header->cmsg_type == SCM_RIGHTS) std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  }
  return Fd(fd);
}

}  // namespace stepbox
