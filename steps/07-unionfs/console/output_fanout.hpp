// Step 7. Distributes a container's output to its log and to the attached clients.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_

#include <poll.h>
#include <sys/ioctl.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/log.hpp"

namespace stepbox {

// [monitor] Never blocks. The first client, that of `run` or `start`, loses nothing: while its
// queue is full, is_full() tells not to read the container's output. Another client that reads too
// slowly loses output, and is told how many bytes. The log has a gap where the disk was full, and
// says so.
class OutputFanout {
 public:
  // With one client, connected from the start (-1: none), and no log. No other client can connect.
  explicit OutputFanout(Fd first);

  // Also with a log, and with clients that connect to the socket of container `id`.
  OutputFanout(Fd first, const std::string& id, const std::string& log, const LogOptions& options);

  void write(Stream stream, std::string_view text);

  // Whether the first client has to read before more is written.
  bool is_full() const { return !waiting_.empty(); }
  // Called after poll(2): sends what waits for the first client, as far as its queue accepts it.
  void send_waiting();

  // Completes the log; called after the end of the container's output.
  void finish();

  // From now on stderr of this process, with its warnings and what --stats prints, goes to the
  // clients, at the end: their own stderr may be gone before.
  void take_own_errors();

  // Sends the exit status to the clients, and disconnects them, the first when it has read all, or
  // when it has read nothing for `patience` milliseconds (-1: no limit).
  void tell_exit(int status, int patience = -1);

  // Adds the descriptors to poll(2) for: the first client's queue; and if `for_messages`, new
  // clients and messages from clients.
  void watch(std::vector<pollfd>& watched, bool for_messages) const;

  // Called after poll(2): accepts new clients; calls `answer` with each Message from a client.
  template <class Answer>
  void receive(Answer answer) {
    welcome();
    for (size_t i = 0; i < listeners_.size();) {
      const auto message = message_from(listeners_[i]);
      if (message) answer(*message);
      if (!listeners_[i].gone) {
        ++i;
      } else {
        remove_client(i);
      }
    }
  }

  // Whether the only possible client disconnected without detaching: it was killed.
  bool lost_last_client() const { return deserted_; }

  // The last window size that a client reported.
  winsize window{};

 private:
  struct Listener {
    Fd line;
    bool first = false;
    size_t missed = 0;    // bytes lost because its queue was full
    bool leaves = false;  // it has sent kDetach
    bool gone = false;
  };
  void welcome();
  std::optional<Message> message_from(Listener& listener);
  void remove_client(size_t index);
  void tell(Listener& listener, Kind kind, std::string_view text);
  void tell_own_errors();

  Fd socket_;      // listens for clients; -1: none can connect
  Fd own_errors_;  // what this process wrote to stderr
  Log log_;
  std::vector<Listener> listeners_;
  std::deque<std::pair<Kind, std::string>> waiting_;  // for the first of them
  Receiver receiver_;
  bool deserted_ = false;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
