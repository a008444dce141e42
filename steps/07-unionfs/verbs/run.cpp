// run: a new container of an image, from birth to exit.
#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

void parse_value(const std::string& text, StorageKind& kind) {
  if (text != "overlay" && text != "copy") {
    throw Failure("no storage is called '" + text + "'", "overlay, copy");
  }
  kind = text == "copy" ? StorageKind::kCopy : StorageKind::kOverlay;
}

void add_options(CommandLine& cli, Options& options) {
  add_options(cli, options.volumes);
  add_options(cli, options.namespaces,
              "Add a user namespace (always, when not root). With it root's containers have other "
              "ids outside: those of 'stepbox' in /etc/subuid, else 1879048192 and up");
  cli.option("-h", "NAME", options.namespaces.hostname, "As --hostname");
  add_options(cli, options.limits);
  options.network.knows_containers = true;
  add_options(cli, options.network);
  add_options(cli, options.confinement);
  add_options(cli, options.process);
  add_options(cli, options.tmpfs);
  add_options(cli, options.console);
  add_options(cli, options.restart);
  cli.option("--name", "NAME", options.name, "Call the container so");
  cli.flag("--rm", options.remove, "Remove the container when it has ended");
  cli.option("--storage", "KIND", options.storage,
             "overlay: share the image; copy: copy it first (slow, big)");
  add_store_option(cli);
}

// The order that ports are told in.
static bool is_before(const PublishedPort& a, const PublishedPort& b) {
  return std::tie(a.container_port, a.udp) < std::tie(b.container_port, b.udp);
}

Options parse_options(CommandLine& cli, int argc, char** argv) {
  Options options;
  add_options(cli, options);
  cli.parse(argc, argv);
  options.image = cli.take("ROOTFS or IMAGE");
  options.command = cli.take_rest();
  std::stable_sort(options.network.ports.begin(), options.network.ports.end(), is_before);
  if (options.remove && options.restart.when != RestartWhen::kNever) {
    throw Failure("--rm with --restart", "leave one of them out");
  }
  // Its monitor enters the other's user namespace, and cannot leave it for the next one's.
  if (options.network.mode == NetworkMode::kContainer && ::geteuid() != 0 &&
      options.restart.when != RestartWhen::kNever) {
    throw Failure("--restart with --network container is for root only", "leave one of them out");
  }
  return options;
}

int verb_run(int argc, char** argv, Runner runner) {
  bool detach = false;
  AttachOptions attach;
  Options options;
  {  // not for a monitor to keep: it wants to be small
    CommandLine cli("run [OPTIONS] ROOTFS-or-IMAGE [COMMAND] [ARG...]", "busybox /bin/sh");
    cli.flag("-d,--detach", detach, "In the background: print the container's id, and return");
    add_options(cli, attach);
    options = parse_options(cli, argc, argv);
  }
  settle_containers();
  Container held(options);
  if (!detach) return run_attached(held, runner, attach);
  run_detached(held, runner);
  print(held.id() + "\n");
  return 0;
}

}  // namespace stepbox
