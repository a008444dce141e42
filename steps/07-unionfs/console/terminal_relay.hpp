// Step 7. Connects a pseudo terminal of a container to the caller's own, without a monitor.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_TERMINAL_RELAY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_TERMINAL_RELAY_HPP_

#include <sys/ioctl.h>
#include <termios.h>

#include <string_view>

#include "01-clone/signals.hpp"
#include "common/fd.hpp"

namespace stepbox {

// The caller's terminal: the first of stdin, stdout and stderr that is one; -1 if none is.
int own_terminal();

// The window size of that terminal; 0 x 0 if there is none.
winsize own_window();

// Writes all of it to a file of the caller, which may be non-blocking. False if that fails: the
// reader has closed its end.
bool write_all(int fd, std::string_view text);

// Raw mode (termios(3)) for a terminal of the caller: passes every key on unchanged, ^C too; the
// container's terminal echoes. The destructor restores it. -1: has no effect.
class RawTerminal {
 public:
  explicit RawTerminal(int terminal);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;

  // Called again after ^Z and `fg`: the shell has reset the terminal.
  void set() const;

 private:
  int terminal_;
  termios before_{};
};

// [parent] Relays between the terminal of a child and stdin, stdout.
class TerminalRelay {
 public:
  // Called before spawn(): returns the socket for become_terminal(). Throws Failure if the caller
  // has no terminal itself.
  Fd open();

  // Called when the command runs: relays until the process ends, and passes signals on to it;
  // restores the caller's terminal. Has no effect without open().
  void serve(SignalTarget& process);

 private:
  Fd ours_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_TERMINAL_RELAY_HPP_
