// Step 7. What a monitor and who is attached to it say to each other, over a socket that keeps
// messages apart (unix(7), SOCK_SEQPACKET). A message is one byte that says what it is, and data.
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
  kInputEnd = 'e',  // there will be no more: close it
  kWindow = 'w',    // a struct winsize (ioctl_tty(2))
  kSignal = 's',    // a byte: the signal's number
  kDetach = 'd',    // we leave, and mean to: the container runs on
  // From it.
  kOutput = 'o',  // what came from the container's stdout
  kErrors = 'r',  // and from its stderr
  kExit = 'x',    // a byte: the exit status
};

struct Message {
  Kind kind;
  std::string_view data;  // valid until the next one is received
};

// As much data as fits one message.
constexpr size_t kLongestMessage = 16 * 1024;

// Both ends of a new connection.
struct Connection {
  Connection();
  Fd ours;
  Fd theirs;
};

// Never waits. False, and EAGAIN in errno, where the other end has not read enough of what it was
// sent before; false with EPIPE when it is gone.
bool send(const Fd& line, Kind kind, std::string_view data);

// Receives messages, one after the other.
class Receiver {
 public:
  // Waits for the next one. None when the other end is gone.
  std::optional<Message> next(const Fd& line);

 private:
  std::string buffer_;
};

// The socket of container `id`, in the run directory, for root alone (mode 0600). The path of that
// may be longer than the 108 bytes of a socket's address: both go through /proc/self/fd.
std::string socket_of(const std::string& id);
Fd listen_for(const std::string& id);
Fd connect_to(const std::string& id);  // -1 when nobody listens

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONNECTION_HPP_
