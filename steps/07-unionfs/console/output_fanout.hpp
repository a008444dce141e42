// Step 7. Distributes a container's output to its log and to the attached clients.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_

#include <poll.h>
#include <sys/ioctl.h>

#include <string_view>
#include <vector>

#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/log.hpp"

namespace stepbox {

// [monitor] Never blocks: a client that reads too slowly loses output and is told how many bytes;
// the log has a gap where the disk was full, and says so.
class OutputFanout {
 public:
  // With one client, connected from the start (-1: none), and no log. No other client can connect.
  explicit OutputFanout(Fd first);

  // Also with a log, and with clients that connect to the socket of container `id`.
  OutputFanout(Fd first, const std::string& id, const std::string& log);

  void write(Stream stream, std::string_view text);

  // Completes the log; called after the end of the container's output.
  void finish();

  // Sends the exit status to the clients and disconnects them.
  void tell_exit(int status);

  // Adds the descriptors to poll(2) for: new clients, and messages from clients.
  void watch(std::vector<pollfd>& watched) const;

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
    size_t missed = 0;    // bytes lost because its queue was full
    bool leaves = false;  // it has sent kDetach
    bool gone = false;
  };
  void welcome();
  std::optional<Message> message_from(Listener& listener);
  void remove_client(size_t index);
  static void tell(Listener& listener, Kind kind, std::string_view text);

  Fd socket_;  // listens for clients; -1: none can connect
  Log log_;
  std::vector<Listener> listeners_;
  Receiver receiver_;
  bool deserted_ = false;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
