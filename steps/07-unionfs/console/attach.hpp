// Step 7. Our terminal, or our three files, connected to a container that a monitor holds.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_

#include <sys/ioctl.h>

#include <optional>

#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/detach_keys.hpp"
#include "common/cli.hpp"

namespace stepbox {

struct AttachOptions {
  DetachKeys keys;         // --detach-keys
  bool sig_proxy = true;   // --sig-proxy
  bool input = false;      // what we read is for the container
  bool end_input = false;  // and so is its end
  bool tty = false;        // it has a terminal: ours becomes a mere wire (termios(3), raw mode)
};
void add_options(CommandLine& cli, AttachOptions& options);

// The size of the terminal that is our stdin, stdout or stderr; 0 x 0 if none is.
winsize own_window();

// Before anything starts: throws Failure when a terminal is asked for, and stdin is none.
void check_terminal(const AttachOptions& options);

// Until the container ends: returns its exit status. Until the keys are typed: returns 0. None when
// the monitor was killed. A signal that is not passed on (--sig-proxy=false, or a terminal, whose
// ^C is just a character) ends us: 128 + N. The terminal is as before in any case.
std::optional<int> attach(const Fd& line, const AttachOptions& options);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_
