// Step 7. The client side of attach: connects the caller's terminal, or its stdin, stdout and
// stderr, to the monitor of a container.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_

#include <optional>

#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/detach_keys.hpp"
#include "common/cli.hpp"

namespace stepbox {

struct AttachOptions {
  DetachKeys keys;         // --detach-keys
  bool sig_proxy = true;   // --sig-proxy
  bool direct = false;     // no monitor: the container inherits the caller's files
  bool input = false;      // forward stdin to the container
  bool end_input = false;  // forward its end of file, too
  bool tty = false;        // the container has a terminal: puts ours into raw mode (termios(3))
};
void add_options(CommandLine& cli, AttachOptions& options);

// Called before the start: throws Failure if -t and -i are given and stdin is not a terminal.
void check_terminal(const AttachOptions& options);

// Relays until the container ends, and returns its exit status; 0 if the detach keys were typed;
// nothing if the monitor was killed. Signals go to the monitor by its pidfd: behind input that the
// container does not read, a message on the line would never arrive. A signal that is not forwarded
// (--sig-proxy=false, or with a terminal, where ^C arrives as a character) ends the client: 128 +
// N. Restores the terminal.
std::optional<int> attach(const Fd& line, const Fd& monitor, const AttachOptions& options);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_ATTACH_HPP_
