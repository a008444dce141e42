// Step 4: namespaces. The container gets host name, processes, mounts, queues, network and root
// of its own. (namespaces(7), pivot_root(2))
//
//   sudo ./step4 busybox /bin/ps        # or without sudo: in a user namespace
//
// New here: Namespaces and pivot_into(), from 04-namespaces/namespaces.hpp.
// Still open: it eats all the CPU, memory and process ids that there are.

#include "01-clone/process.hpp"
#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "common/cli.hpp"
#include "common/error.hpp"

using namespace stepbox;

struct Options {
  std::string rootfs;
  std::vector<Volume> volumes;
  Namespaces namespaces;
  std::vector<std::string> command;
};

// [child] Confines itself, then becomes the command.
static int container(const Options& options) {
  unshare_cgroup_namespace(options.namespaces);
  make_mounts_private(options.namespaces);
  bind_onto_itself(options.rootfs).release();  // pivot_root(2) wants a mount; all mounts
  mount_basics(options.rootfs).release();      // end with the mount namespace
  mount_volumes(options.rootfs, options.volumes).release();
  pivot_into(options.rootfs, options.namespaces);
  set_hostname(options.namespaces);
  start_init(options.namespaces);
  return exec_command(options.command);
}

// [parent] Acquires the host's resources; destructors release them in reverse order.
static int run(const Options& options) {
  block_signals();
  check(options.namespaces);
  const SharedMounts mounts(options.rootfs, options.namespaces);
  Child child = spawn({.namespaces = options.namespaces.for_clone(),  // what it does not share
                       .before_go = write_id_maps},
                      [&] { return container(options); });
  return child.wait();
}

int main(int argc, char** argv) try {
  Options options;
  CommandLine cli("[OPTIONS] ROOTFS COMMAND [ARG...]", "busybox /bin/sh");
  add_options(cli, options.volumes);
  add_options(cli, options.namespaces);
  cli.parse(argc, argv);
  options.rootfs = find_rootfs(cli.take("ROOTFS"));
  options.command = cli.take_all("COMMAND");
  return run(options);
} catch (const std::exception& error) {
  return report(error);
}
