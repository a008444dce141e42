// Step 3: mount. The container gets /proc, /sys, /dev, and volumes. (mount(2))
//
//   sudo ./step3 busybox /bin/ps
//
// New here: mount_basics() and mount_volumes(), from 03-mount/mount.hpp.
// Still open: the mounts appear on the host, and `ps` shows everybody.

#include "01-clone/process.hpp"
#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "common/cli.hpp"
#include "common/error.hpp"

using namespace stepbox;

struct Options {
  std::string rootfs;
  std::vector<Volume> volumes;
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
  const Mounts basics = mount_basics(options.rootfs);
  const Mounts volumes = mount_volumes(options.rootfs, options.volumes);
  Child child = spawn({}, [&] { return container(options); });
  return child.wait();
}

int main(int argc, char** argv) try {
  Options options;
  CommandLine cli("[OPTIONS] ROOTFS COMMAND [ARG...]", "busybox /bin/sh");
  add_options(cli, options.volumes);
  cli.parse(argc, argv);
  options.rootfs = find_rootfs(cli.take("ROOTFS"));
  options.command = cli.take_all("COMMAND");
  return run(options);
} catch (const std::exception& error) {
  return report(error);
}
