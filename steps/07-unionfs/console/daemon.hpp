// Step 7. A process that outlives its caller. (daemon(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_

#include <poll.h>
#include <sys/types.h>

#include <exception>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

// [daemon] The process that started the daemon and waits for the result of the start.
class Caller {
 public:
  explicit Caller(Fd pipe) : pipe_(std::move(pipe)) {}

  // Reports success: the caller returns. Replaces the caller's stderr by /dev/null in this process.
  // Later calls have no effect.
  void release();
  bool released() const { return !pipe_; }

  // Makes the caller throw this error. No effect after release().
  void refuse(const std::exception& error);

 private:
  Fd pipe_;
};

// [caller] A process that outlives its caller.
class Daemon {
 public:
  // Runs `work(Caller&)` in a daemon: forked twice, so that init reaps it; in a session of its own,
  // without a terminal, in the directory `/`. It inherits stderr until release(), and the
  // descriptors in `keep` (-1 is ignored); stdin and stdout are /dev/null. The daemon exits when
  // work() returns. Throws system_error if fork(2) fails.
  template <class Work>
  Daemon(const std::vector<int>& keep, Work work) {
    void (*call)(void*, Caller&) = [](void* target, Caller& caller) {
      (*static_cast<Work*>(target))(caller);
    };
    start(keep, call, &work);
  }

  // Returns after Caller::release(). Rethrows what work() threw before. Forwards TERM, INT, HUP and
  // QUIT to the daemon while it waits. Returns the daemon's pidfd.
  Fd wait_until_released() const;

 private:
  void start(std::vector<int> keep, void (*call)(void*, Caller&), void* argument);

  Pipe pipe_;
};

// [daemon] poll(2) without a time limit, called after a time of rest: first releases memory that
// can be read again from files.
void wait_at_rest(std::vector<pollfd>& watched);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DAEMON_HPP_
