// Step 7. A process that outlives its caller. (daemon(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_

#include <poll.h>
#include <sys/types.h>

#include <exception>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

// In the daemon: who started it, and waits to hear whether that went well.
class Caller {
 public:
  explicit Caller(Fd pipe) : pipe_(std::move(pipe)) {}

  // All is well: the caller may go. His stderr, to which we could complain until now, is /dev/null
  // from now on. Later calls do nothing.
  void release();
  bool released() const { return !pipe_; }

  // He is to throw this error. Does nothing after release().
  void refuse(const std::exception& error);

 private:
  Fd pipe_;
};

// In the caller.
class Daemon {
 public:
  // Runs `work(Caller&)` in a process that is nobody's child: forked twice, so that init waits for
  // it; in a session of its own, without a terminal; in the directory `/`. Of our files it has
  // stderr, until it releases us, and those in `keep` (-1: none); stdin and stdout are /dev/null.
  // It ends with work(), and never returns to our code. Throws system_error when there can be no
  // more processes.
  template <class Work>
  Daemon(const std::vector<int>& keep, Work work) {
    void (*call)(void*, Caller&) = [](void* target, Caller& caller) {
      (*static_cast<Work*>(target))(caller);
    };
    start(keep, call, &work);
  }

  // Returns when work() has released us. Throws the Failure that it threw before that. A TERM, INT,
  // HUP or QUIT that comes meanwhile is passed on to it.
  void wait_until_released() const;

 private:
  void start(std::vector<int> keep, void (*call)(void*, Caller&), void* argument);

  Pipe pipe_;
};

// poll(2) without an end, in the daemon, when it has had nothing to do for a while: gives back the
// memory that it can do without, first.
void wait_at_rest(std::vector<pollfd>& watched);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_
