// Step 7. A container's stdin, stdout and stderr.
//
//                    stdin                    stdout, stderr
//   ROOTFS COMMAND   the caller's             the caller's
//   run --rm         /dev/null                     "
//   run --rm -i      the caller's                  "
//   run, run -d      /dev/null                a pipe each (pipe(7)) to the monitor
//   run -i, -d -i    a pipe from the monitor       "
//   -t               a pseudo terminal (pty(7)); the monitor, or exec, has its master
//
// The monitor relays between these and its clients (output_fanout.hpp).
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONSOLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONSOLE_HPP_

#include <optional>
#include <string>

#include "07-unionfs/console/output_fanout.hpp"
#include "common/cli.hpp"
#include "common/fd.hpp"

namespace stepbox {

class Child;

struct ConsoleOptions {
  bool interactive = false;  // -i
  bool tty = false;          // -t
};
void add_options(CommandLine& cli, ConsoleOptions& console);

// Replaces the caller's stdin by /dev/null: without -i the command reads nothing. Called in the
// foreground, where it inherits the caller's files.
void close_input();

class Console {
 public:
  // [parent] Called before spawn(). `fanout`: null in the foreground, where the container inherits
  // the caller's files. Must outlive this object.
  Console(const ConsoleOptions& options, OutputFanout* fanout);

  // [child] Called while the process may still mount: replaces stdin, stdout and stderr; makes a
  // terminal the controlling terminal and, unless it is exec's, /dev/console.
  void open_inside(bool first = true) const;

  // [parent] Called instead of child.wait(): relays in both directions until the child ends.
  // Returns its exit status.
  int serve(Child& child);

 private:
  void take_ours();
  void answer(const Message& message);
  bool pump(Fd& from, Stream stream);
  void feed();

  ConsoleOptions options_;
  OutputFanout* fanout_;
  std::optional<Connection>
      handover_;  // the child opens the terminal and sends its master through this
  Fd their_input_, their_output_, their_errors_;
  Fd input_, output_, errors_;
  Fd slave_;             // prevents a hangup while no process in the container has it open
  std::string pending_;  // input that input_ has not accepted yet
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONSOLE_HPP_
