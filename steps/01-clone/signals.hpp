// Step 1. Signals that are sent to the parent and meant for its child; the terminal of both.
#ifndef STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_
#define STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_

#include <sys/types.h>

#include "common/fd.hpp"

namespace stepbox {

// [parent] Called before the first resource is acquired. Blocks TERM, INT, HUP, QUIT, USR1, USR2,
// WINCH and the stop signals (sigprocmask(2)): they stay pending until forward_signals() passes
// them on, so none of them ends the process before its destructors have run.
void block_signals();

// [child] Just before exec: restores the signal mask that this program was started with.
void restore_signal_mask();

// [parent] Waits until `file` is readable or at its end, or until `milliseconds` have passed (-1:
// no limit), and returns 0; or until TERM, INT, HUP or QUIT is pending, and returns that signal.
// Throws system_error.
int wait_for_input(const Fd& file, int milliseconds = -1);

// The child that signals are passed on to.
struct SignalTarget {
  pid_t pid;
  Fd handle;          // its pidfd (common/openers.hpp); -1: kill(2) by number, for a reaper
  bool init = false;  // whether it is process 1 of a PID namespace
  int killed_by = 0;  // the signal that was replaced by KILL, if any
};

// [parent] Sends `signal` to the target. Process 1 of a PID namespace ignores a signal that it has
// no handler for (pid_namespaces(7)). So for such a target without a handler
//   TERM, INT, HUP, QUIT become KILL, and `killed_by` is set;
//   a stop (^Z) becomes STOP.
// A terminal sends ^C to its whole foreground process group: a child in it does not get a signal
// that came `from_terminal` a second time.
void pass_on_signal(int signal, SignalTarget& target, bool from_terminal = false);

// Which children forward_signals() waits for.
enum class Reap { kTarget, kAll };

// [parent] Waits until the target ends, and returns its wait(2) status; meanwhile passes on the
// signals that block_signals() holds back. When the target stops, this process stops; when this
// process is continued, so is the target. Other children are left to their owners, unless the
// caller is a reaper (Reap::kAll).
int forward_signals(SignalTarget& target, Reap reap = Reap::kTarget);

// [parent] Whether process `pid` has the default action for `signal`: it neither catches, ignores
// nor blocks it (proc(5), SigCgt, SigIgn, SigBlk). True also if the process has ended.
bool takes_default_action(pid_t pid, int signal);

// The controlling terminal, if this process is in its foreground process group. A shell in the
// container makes its own process group the foreground one (tcsetpgrp(3)); restore() undoes that.
class Terminal {
 public:
  Terminal();
  void restore();

 private:
  Fd tty_;  // -1: no terminal, or another process group has it
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_01_CLONE_SIGNALS_HPP_
