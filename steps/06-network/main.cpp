// Step 6: network. The container gets an address of its own. (veth(4), rtnetlink(7))
//
//   sudo ./step6 busybox /bin/ping -c1 172.16.0.1
//
// New here: Network, from 06-network/network.hpp.
// Still open: two containers of one rootfs overwrite each other's files.

#include "01-clone/process.hpp"
#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "05-cgroup/cgroup.hpp"
#include "06-network/network.hpp"
#include "common/cli.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

using namespace stepbox;

struct Options {
  std::string rootfs;
  std::vector<Volume> volumes;
  Namespaces namespaces;
  Limits limits;
  NetworkOptions network;
  std::vector<std::string> command;
};

// [child] Confines itself, then becomes the command.
static int container(const Options& options, const Cgroup& cgroup, const Network& network,
                     Gate& gate) {
  cgroup.join();  // first: the limits hold for all that follows
  unshare_cgroup_namespace(options.namespaces);
  make_mounts_private(options.namespaces);
  bind_onto_itself(options.rootfs).release();  // pivot_root(2) wants a mount; all mounts
  mount_basics(options.rootfs).release();      // end with the mount namespace
  mount_volumes(options.rootfs, options.volumes).release();
  pivot_into(options.rootfs, options.namespaces);
  set_hostname(options.namespaces);
  gate.wait();  // until the parent has made the veth
  network.configure_inside();
  start_init(options.namespaces);
  return exec_command(options.command);
}

// [parent] Acquires the host's resources; destructors release them in reverse order.
static int run(const Options& options) {
  block_signals();
  check(options.namespaces);
  const SharedMounts mounts(options.rootfs, options.namespaces);
  const std::string id = new_id();
  const Cgroup cgroup(id, options.limits);
  Network network(id, options.network, options.namespaces);
  Gate gate;
  Child child = spawn(
      {.namespaces = network.for_clone(), .cgroup_fd = cgroup.fd(), .before_go = write_id_maps},
      [&] { return container(options, cgroup, network, gate); });
  network.connect(child.pid());
  gate.open();
  const int status = child.wait();
  cgroup.report();
  return status;
}

int main(int argc, char** argv) try {
  Options options;
  CommandLine cli("[OPTIONS] ROOTFS COMMAND [ARG...]", "busybox /bin/sh");
  add_options(cli, options.volumes);
  add_options(cli, options.namespaces);
  add_options(cli, options.limits);
  add_options(cli, options.network);
  cli.parse(argc, argv);
  options.rootfs = find_rootfs(cli.take("ROOTFS"));
  options.command = cli.take_all("COMMAND");
  return run(options);
} catch (const std::exception& error) {
  return report(error);
}
