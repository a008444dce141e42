#include "07-unionfs/console/connection.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

constexpr int kSocket = SOCK_SEQPACKET;

Connection::Connection() {
  SocketPair ends(kSocket);
  ours = std::move(ends.ours);
  theirs = std::move(ends.theirs);
}

bool send(const Fd& line, Kind kind, std::string_view data) {
  iovec parts[] = {{&kind, 1}, {const_cast<char*>(data.data()), data.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  return ::sendmsg(line.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) != -1;
}

std::optional<Message> Receiver::next(const Fd& line) {
  buffer_.resize(1 + kLongestMessage);
  ssize_t got = -1;
  do {
    got = ::recv(line.get(), buffer_.data(), buffer_.size(), 0);
    // ECONNRESET, once: the other end closed before it had read all; what it sent is still here.
  } while (got == -1 && (errno == ECONNRESET || errno == EINTR));
  if (got <= 0) return std::nullopt;
  return Message{static_cast<Kind>(buffer_[0]),
                 std::string_view(buffer_).substr(1, static_cast<size_t>(got) - 1)};
}

static std::string socket_directory() { return run_directory() + "/sockets"; }

std::string socket_of(const std::string& id) { return socket_directory() + "/" + id; }

// Calls bind(2) or connect(2) with the short path.
template <class Call>
static int with_address(const Fd& socket, const std::string& id, Call call) {
  const Fd directory(::open(socket_directory().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return -1;
  const std::string path = join({proc_path(directory), "/", id});
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Fd listen_for(const std::string& id) {
  make_directories(socket_directory(), 0700);
  ::unlink(socket_of(id).c_str());  // left by a monitor that was killed
  Fd socket = open_socket(AF_UNIX, kSocket | SOCK_NONBLOCK);
  const mode_t mask = ::umask(0177);
  const int bound = with_address(socket, id, ::bind);
  ::umask(mask);
  if (bound == -1 || ::listen(socket.get(), 16) == -1) throw_errno({"listen at ", socket_of(id)});
  return socket;
}

Fd connect_to(const std::string& id) {
  Fd socket = open_socket(AF_UNIX, kSocket);
  if (with_address(socket, id, ::connect) == -1) socket.close();
  return socket;
}

}  // namespace stepbox
