// A subject at a pseudo terminal. Its parent does job control, as a shell does: the subject is a
// process group of its own, in the foreground; ^Z stops it, fg continues it.
#ifndef STEPBOX_COMMON_TESTING_STAGE_PTY_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_PTY_HPP_

#include <sys/types.h>

#include <string>
#include <string_view>

#include "common/fd.hpp"
#include "common/testing/stage/launch.hpp"

namespace stepbox {

class PtyRun {
 public:
  // The terminal is stdin, stdout and stderr; the files in `launch` are not used. A wait that takes
  // longer than `patience` fails the claim.
  PtyRun(const Launch& launch, Milliseconds patience);
  PtyRun(const PtyRun&) = delete;
  PtyRun& operator=(const PtyRun&) = delete;
  ~PtyRun();

  // Types these keys: "ls\n", "\x03" for ^C, "\x1a" for ^Z.
  void type(std::string_view keys);
  // Types ^C and waits until the screen has shown `text` so many times, and then until the leader
  // of the foreground group, which is the subject, has taken its signal: it is held by ptrace(2),
  // so that it sees the ^C later than all others in the group do.
  void interrupt_leader_last(std::string_view text, int times);
  // Changes the size of the terminal's window (TIOCSWINSZ).
  void resize(unsigned short rows, unsigned short columns);

  // Waits until the screen has shown `text` so many times.
  void wait_for_output(std::string_view text, int times = 1);
  // Waits until the shell has seen the job stop, and has taken the terminal back.
  void wait_until_stopped();
  // The shell's `fg`.
  void foreground();
  // Whether the terminal is in raw mode (termios(3)); a subject must not leave it so.
  bool is_raw() const;
  // Waits until the subject has ended. Returns its status, as a shell's $? shows it.
  int wait();

  // All that the terminal has shown so far.
  const std::string& screen() const { return screen_; }

 private:
  bool read_more(int milliseconds);
  bool has_ended() const;
  std::string next_event();

  Milliseconds patience_;
  Fd terminal_;  // the master side
  Fd shell_;     // a socket to the parent that does job control: it sends events, gets orders
  pid_t shell_pid_ = -1;
  std::string screen_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_PTY_HPP_
