// Step 7. Who hears what a container says: its log, and whoever is attached.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_

#include <poll.h>
#include <sys/ioctl.h>

#include <string_view>
#include <vector>

#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/log.hpp"

namespace stepbox {

// In the monitor. Nothing here ever waits for anybody: a listener who is too slow misses some, and
// is told how much; a log that cannot be written has a gap, and says so.
class OutputFanout {
 public:
  // One listener, there from the first word on; or -1: none. With him gone, nobody is left.
  explicit OutputFanout(Fd first);

  // A log too, and whoever comes to the socket of container `id`.
  OutputFanout(Fd first, const std::string& id, const std::string& log);

  void write(Stream stream, std::string_view text);

  // The container has ended: all that it said is in the log.
  void finish();

  // Says so to those who listen, and lets them go.
  void tell_exit(int status);

  // For poll(2): those of whom we want to know when they come, and what they say.
  void watch(std::vector<pollfd>& watched) const;

  // After poll(2): calls `answer` with each Message that somebody has sent.
  template <class Answer>
  void receive(Answer answer) {
    welcome();
    for (size_t i = 0; i < listeners_.size();) {
      const auto message = heard_from(listeners_[i]);
      if (message) answer(*message);
      if (!listeners_[i].gone) {
        ++i;
      } else {
        remove_client(i);
      }
    }
  }

  // The only listener that there could be went without a word: he was killed.
  bool lost_last_client() const { return deserted_; }

  // The size of the window that the container is shown in, as it is known.
  winsize window{};

 private:
  struct Listener {
    Fd line;
    size_t missed = 0;    // bytes that he was too slow for
    bool leaves = false;  // he has said that he goes
    bool gone = false;
  };
  void welcome();
  std::optional<Message> heard_from(Listener& listener);
  void remove_client(size_t index);
  static void tell(Listener& listener, Kind kind, std::string_view text);

  Fd socket_;  // -1: nobody else may come
  Log log_;
  std::vector<Listener> listeners_;
  Receiver receiver_;
  bool deserted_ = false;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_OUTPUT_FANOUT_HPP_
