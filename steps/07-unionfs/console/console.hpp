// Step 7. What a container's stdin, stdout and stderr are.
//
//                    stdin                    stdout, stderr
//   run              our own                  our own
//   run -d           /dev/null                a pipe each (pipe(7)): to its monitor
//   run -d -i        a pipe: from its monitor      "
//   -t               a pseudo terminal (pty(7)): its other end is the monitor's, or exec's
//
// The monitor hands on what comes out to its fanout (fanout.hpp), and what comes from there.
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

class Console {
 public:
  // Outside, before the child exists. `fanout`: none in the foreground, where the container has
  // our own three files.
  Console(const ConsoleOptions& options, OutputFanout* fanout);

  // Inside, while we may still mount: makes them stdin, stdout and stderr, and a terminal our
  // controlling terminal and /dev/console.
  void open_inside() const;

  // Outside, instead of child.wait(): hands on what is said in both directions until it ends.
  int serve(Child& child);

 private:
  void take_ours();
  void answer(const Message& message, Child& child);
  bool pump(Fd& from, Stream stream);
  void feed();

  ConsoleOptions options_;
  OutputFanout* fanout_;
  std::optional<Connection> handover_;  // a terminal is opened inside: its master comes through it
  Fd their_input_, their_output_, their_errors_;
  Fd input_, output_, errors_;
  Fd slave_;             // keeps the terminal from hanging up while nobody in there has it open
  std::string pending_;  // for input_, which has taken no more yet
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_CONSOLE_HPP_
