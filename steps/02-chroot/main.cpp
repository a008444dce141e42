// Step 2: chroot. The container gets a root directory of its own. (chroot(2))
//
//   sudo ./step2 busybox /bin/ls /
//
// New here: enter_chroot(), from 02-chroot/chroot.hpp.
// Still open: a root user breaks out (breakout.cpp); `ps` shows nothing, for /proc is empty.

#include "01-clone/process.hpp"
#include "02-chroot/chroot.hpp"
#include "common/cli.hpp"
#include "common/error.hpp"

using namespace stepbox;

struct Options {
  std::string rootfs;
  std::vector<std::string> command;
};

// [child] Confines itself, then becomes the command.
static int container(const Options& options) {
  enter_chroot(options.rootfs);
  return exec_command(options.command);
}

// [parent] Acquires the host's resources; destructors release them in reverse order.
static int run(const Options& options) {
  block_signals();
  Child child = spawn({}, [&] { return container(options); });
  return child.wait();
}

int main(int argc, char** argv) try {
  Options options;
  CommandLine cli("[OPTIONS] ROOTFS COMMAND [ARG...]", "busybox /bin/sh");
  cli.parse(argc, argv);
  options.rootfs = find_rootfs(cli.take("ROOTFS"));
  options.command = cli.take_all("COMMAND");
  return run(options);
} catch (const std::exception& error) {
  return report(error);
}
