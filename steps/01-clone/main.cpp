// Step 1: clone. A program becomes a process. (clone(2), execve(2), waitpid(2))
//
//   ./step1 /bin/sh -c 'echo I am process $$'
//
// New here: spawn() and exec_command(), from 01-clone/process.hpp.
// Still open: the command sees all of the host's files.

#include "01-clone/process.hpp"
#include "common/cli.hpp"
#include "common/error.hpp"

using namespace stepbox;

struct Options {
  std::vector<std::string> command;
};

// [child] Confines itself, then becomes the command.
static int container(const Options& options) { return exec_command(options.command); }

// [parent] Acquires the host's resources; destructors release them in reverse order.
static int run(const Options& options) {
  block_signals();
  Child child = spawn({}, [&] { return container(options); });
  return child.wait();
}

int main(int argc, char** argv) try {
  Options options;
  CommandLine cli("[OPTIONS] COMMAND [ARG...]", "/bin/echo hello");
  cli.parse(argc, argv);
  options.command = cli.take_all("COMMAND");
  return run(options);
} catch (const std::exception& error) {
  return report(error);
}
