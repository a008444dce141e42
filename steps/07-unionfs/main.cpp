// Step 7: unionfs. Many containers share one image, and none changes it. (overlayfs)
//
//   sudo ./step7 busybox /bin/sh        # as `run` does; ./step7 --help lists all verbs
//
// New here: Overlay, Container and Confinement, from 07-unionfs/; the verbs are in verbs/.

#include "01-clone/process.hpp"
#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "05-cgroup/cgroup.hpp"
#include "06-network/network.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

using namespace stepbox;

// [child] Confines itself, then becomes the command.
static int container(const Options& options, const Overlay& overlay, const ContainerGroups& cgroup,
                     const ContainerNetwork& network, const Confinement& confinement,
                     const Console& console, Gate& gate) {
  cgroup.join();  // first: the limits hold for all that follows
  unshare_cgroup_namespace(options.namespaces);
  make_mounts_private(options.namespaces);
  overlay.mount();  // its own layer over the image; all mounts end with the mount namespace
  mount_system(overlay.root(), options.sharing, options.namespaces, cgroup.view());
  mount_volumes(overlay.root(), options.volumes, options.tmpfs);
  confinement.restrict_mounts(overlay.root(), destinations(options.volumes), options.namespaces);
  pivot_into(overlay.root(), options.namespaces);
  set_hostname(options.namespaces);
  gate.wait();  // until the parent has made the veth
  network.configure_inside();
  console.open_inside();
  confinement.apply(enter_process(options.process, options.console.tty));  // drops privileges
  start_init(options.namespaces);
  return exec_command(options.command);
}

// [parent] Acquires the host's resources; destructors release them in reverse order.
static int run(const Options& options, Container& held) {
  block_signals();
  check(options.namespaces);
  const Overlay overlay(held.image().layers, held.directory(), storage_options(options));
  const SharedMounts mounts(overlay.root(), options.namespaces);
  ContainerGroups cgroup(held.id(), group_options(options), held.out_of_memory());
  ContainerNetwork network(held.id(), options.network, options.namespaces);
  const Confinement confinement(options.confinement);
  Console console(options.console, held.fanout());
  Gate gate;
  Child child = spawn(
      joining(options.sharing, {network.for_clone(), cgroup.fd(), overlay.id_maps()}),
      [&] { return container(options, overlay, cgroup, network, confinement, console, gate); });
  network.connect(child.pid());
  held.started(child.pid(), network.ports());
  gate.open();
  if (child.wait_for_exec()) held.running();
  const int status = console.serve(child);
  cgroup.report();
  return status;
}

int main(int argc, char** argv) try {
  return dispatch(argc, argv, run);  // run() above is for the verbs run and start
} catch (const std::exception& error) {
  return report(error);
}
