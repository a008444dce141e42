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

void send_descriptor(const Fd& socket, const Fd& file, std::string_view text) {
  Parcel parcel;
  parcel.data = {const_cast<char*>(text.data()), text.size()};
  cmsghdr* header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = file.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  const ssize_t sent = ::sendmsg(socket.get(), &parcel.message, MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(text.size())) throw_errno({"send a descriptor"});
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
