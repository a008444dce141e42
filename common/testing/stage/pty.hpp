// A subject at a terminal, started by a parent that does job control as a shell does:
// its own process group, in the foreground; stopped by ^Z, continued by fg.
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
  // `launch`'s files are not used: the terminal is all three.
  // All waiting fails the claim when it takes longer than `patience`.
  PtyRun(const Launch& launch, Milliseconds patience);
  PtyRun(const PtyRun&) = delete;
  PtyRun& operator=(const PtyRun&) = delete;
  ~PtyRun();

  // What a finger does: "ls\n", "\x03" for ^C, "\x1a" for ^Z.
  void type(std::string_view keys);
  // As dragging a window's corner does.
  void resize(unsigned short rows, unsigned short columns);

  void wait_for_output(std::string_view text, int times = 1);
  // The shell sees the job stop, and takes the terminal back.
  void wait_until_stopped();
  // The shell's `fg`.
  void foreground();
  // Whether keys go through as they are (termios(3), raw mode), which no shell wants to find.
  bool is_raw() const;
  // The subject's status as a shell's $? shows it.
  int wait();

  // All that the terminal has shown so far.
  const std::string& screen() const { return screen_; }

 private:
  bool read_more(int milliseconds);
  bool has_ended() const;
  std::string next_event();

  Milliseconds patience_;
  Fd terminal_;  // our end
  Fd shell_;     // to the parent that does job control: its events, our orders
  pid_t shell_pid_ = -1;
  std::string screen_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_PTY_HPP_
