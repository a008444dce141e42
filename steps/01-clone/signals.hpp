// Step 1. Signals between whoever started us, us, and our child; and the terminal we share.
#ifndef STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_
#define STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_

#include <sys/types.h>

#include "common/fd.hpp"

namespace stepbox {

// Outside, before anything is acquired that must be given back: from now on TERM, INT, HUP,
// QUIT, USR1, USR2, WINCH and the stop signals wait (sigprocmask(2)) until forward_signals()
// passes them on. So none of them can end us half-way.
void block_signals();

// Inside, just before exec: the signal mask that we were started with.
void restore_signal_mask();

// Outside. Waits until `file` has something to read, or its end has come, or so many milliseconds
// are over (-1: never): returns 0. Or until TERM, INT, HUP or QUIT comes: returns which.
int wait_for_input(const Fd& file, int milliseconds = -1);

// Outside. Waits until `pid` ends; returns its wait(2) status. `init`: it is process 1 of a PID
// namespace, which ignores all that it has no handler for (pid_namespaces(7)); for such a one
//   TERM, INT, HUP, QUIT become KILL, and `*killed_by` says instead of what;
//   a stop (^Z) becomes STOP.
// A terminal sends ^C to its whole foreground group, so the child had it too: only signals that
// somebody sent with kill(2) are passed on. When the child stops, we stop; when we are continued,
// it is. Reaps every other child on the way.
int forward_signals(pid_t pid, bool init, int* killed_by);

// Outside. One signal that somebody has sent with kill(2), by the same rules.
void pass_on_signal(int signal, pid_t pid, bool init, int* killed_by);

// Outside. Whether process `pid` has not prepared for `signal`: it neither catches, ignores nor
// blocks it. As process 1 of a PID namespace it will not even notice. True if it has ended, too.
bool takes_default_action(pid_t pid, int signal);

// The terminal, if we are its foreground process group: taken back by restore(), for a shell
// inside has moved the foreground to itself (tcsetpgrp(3)).
class Terminal {
 public:
  Terminal();
  void restore();

 private:
  Fd tty_;  // -1: none, or not ours
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_
