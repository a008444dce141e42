// Step 7. The protocol between a monitor and its clients, over a socket that preserves message
// boundaries (unix(7), SOCK_SEQPACKET). A message is one byte, its kind, followed by data.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONNECTION_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONNECTION_HPP_

#include <optional>
#include <string>
#include <string_view>

#include "common/fd.hpp"

namespace stepbox {

enum class Kind : char {
  // To the monitor.
  kInput = 'i',     // for the container's stdin
  kInputEnd = 'e',  // end of file of that
  kWindow = 'w',    // a struct winsize (ioctl_tty(2))
  kDetach = 'd',    // the client detaches; the container keeps running
  // From the monitor.
  kOutput = 'o',  // from the container's stdout
  kErrors = 'r',  // from its stderr
  kExit = 'x',    // one byte: the exit status
};

struct Message {
  Kind kind;
  std::string_view data;  // valid until the next call of Receiver::next()
};

// Maximal number of data bytes in a message.
constexpr size_t kLongestMessage = 16 * 1024;

// A connected pair of sockets (socketpair(2)). Throws system_error.
struct Connection {
  Connection();
  Fd ours;
  Fd theirs;
};

// Sends without blocking. Returns false and sets errno: EAGAIN if the receiver's queue is full,
// EPIPE if the receiver is gone.
bool send(const Fd& line, Kind kind, std::string_view data);

// Receives messages one by one; owns the buffer that they point into.
class Receiver {
 public:
  // Waits for the next message. Empty if the other end is closed.
  std::optional<Message> next(const Fd& line);

 private:
  std::string buffer_;
};

// The monitor's socket of container `id`, in the run directory, mode 0600. Its path may be longer
// than the 108 bytes of sun_path (unix(7)), so both functions name it through /proc/self/fd.
std::string socket_of(const std::string& id);
Fd listen_for(const std::string& id);
Fd connect_to(const std::string& id);  // -1 if no monitor listens

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONNECTION_HPP_
