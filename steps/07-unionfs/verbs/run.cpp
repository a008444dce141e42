// run: creates a container from an image and runs a command in it.
#include <unistd.h>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

void parse_value(const std::string& text, StorageKind& kind) {
  if (text != "overlay" && text != "copy") {
    throw Failure("unknown storage '" + text + "'", "overlay, copy");
  }
  kind = text == "copy" ? StorageKind::kCopy : StorageKind::kOverlay;
}

void add_options(CommandLine& cli, Options& options) {
  cli.group("Process");
  add_options(cli, options.namespaces,
              "Add a user namespace; implied when not root. Root's containers then have other ids "
              "on the host: those of 'stepbox' in /etc/subuid, else 1879048192 and up");
  cli.switch_off_by("--userns", "host");
  cli.option("-h", "NAME", options.namespaces.hostname, "Short for --hostname");
  add_namespace_options(cli, options.sharing);
  add_options(cli, options.console);
  add_options(cli, options.process);
  cli.group("Files");
  add_options(cli, options.volumes, options.tmpfs, options.other_volumes);
  add_device_options(cli, options.sharing);
  cli.option("--platform", "OS/ARCH", options.platform,
             "Refuse an image that is for another platform");
  cli.flag("--rootfs", options.is_rootfs,
           "Take IMAGE as a directory, the root file system, also if an image has that name");
  cli.option("--storage", "KIND", options.storage,
             "overlay: share the image; copy: copy the image (slow)");
  cli.group("Network");
  add_options(cli, options.network);
  cli.group("Limits");
  add_options(cli, options.limits);
  cli.group("Security");
  add_options(cli, options.confinement);
  cli.group("Lifecycle");
  add_options(cli, options.restart);
  cli.option("--log-opt", "NAME=VALUE", options.log,
             "max-size=SIZE of a file of the log (10m); max-file=N: how many (2)");
  cli.option("--name", "NAME", options.name, "Name of the container (default: made up)");
  cli.flag("--rm", options.remove, "Remove the container when it exits");
  cli.group("");
}

static int own_namespaces(const Options& options) {
  const ContainerNetworkOptions& network = options.network;
  const bool others = network.mode == NetworkMode::kHost || network.is_shared();
  return options.namespaces.flags() & ~(others ? CLONE_NEWNET : 0);
}

// What the parts of the options cannot check by themselves.
static void complete(Options& options) {
  sort_ports(options.network.ports);
  if (::geteuid() != 0) options.namespaces.user = true;  // whatever --userns=host says
  share_namespaces(options.sharing, options.namespaces);
  check(options.limits);
  check(options.network.names);
  check(options.sharing.devices, is_root_of_host());
  check(options.process.sysctls, own_namespaces(options));
  if (!options.network.names.domain.empty() && !options.namespaces.own(CLONE_NEWUTS)) {
    throw Failure("--domainname with the host's name would rename the host", "leave one out");
  }
}

Options parse_options(CommandLine& cli, int argc, char** argv) {
  Options options;
  add_options(cli, options);
  cli.parse(argc, argv);
  options.image = cli.take("ROOTFS or IMAGE");
  options.command = cli.take_rest();
  sort_mounts(options.other_volumes.mounts, options.volumes, options.tmpfs);
  complete(options);
  if (options.remove && options.restart.when != RestartWhen::kNever) {
    throw Failure("--rm with --restart", "leave one of them out");
  }
  // The monitor enters the user namespace of the other container, and could not leave it to start
  // this one again: setns(2) needs capabilities in the namespace that it left.
  if (options.network.is_shared() && ::geteuid() != 0 &&
      options.restart.when != RestartWhen::kNever) {
    throw Failure("--restart with --network container is for root only", "leave one of them out");
  }
  return options;
}

void add_options(CommandLine& cli, PullOptions& options) {
  cli.group("Lifecycle");
  cli.option("--pull", "WHEN", options.when,
             "Pull the image: missing (it is not in the store), always or never (missing)");
  add_options(cli, options.remote);
}

static void fetch(const Options& options, Remote remote) {
  const Reference reference = parse_reference(options.image);
  remote.platform = options.platform;
  if (!remote.quiet) warn({"pulling ", reference.full_text()});
  pull_image(reference, remote);
}

Container create_container(const Options& options, const PullOptions& pull) {
  if (pull.when == PullWhen::kAlways) fetch(options, pull.remote);
  try {
    return Container(options);
  } catch (const NoSuchImage& missing) {
    if (pull.when != PullWhen::kMissing || !is_reference(options.image)) throw;
    try {
      fetch(options, pull.remote);
    } catch (const Failure& error) {  // the name may be mistyped
      throw Failure(join({missing.what(), "; ", error.what()}), "", status_of(error));
    }
  }
  return Container(options);
}

// Without a verb the first word may have been meant as one; nothing is pulled.
static Container create_bare(const Options& options) try {
  return Container(options);
} catch (const NoSuchImage&) {
  throw NoSuchImage(join({"no such verb, image or rootfs: ", options.image}),
                    "`images` lists the images, --help the verbs; `make busybox` makes a rootfs");
}

void tell_of_directory(const Container& container) {
  const Image& image = container.image();
  const bool is_path = image.name.find('/') != image.name.npos;
  if (!image.id.empty() || is_path || container.options().is_rootfs) return;
  warn({"no image is called ", image.name,
        ": the directory of that name is used, as --rootfs says"});
}

// `bare`: without a verb, so that the container has the caller's files, as in steps 1 to 6.
static int run(int argc, char** argv, Runner runner, bool bare) {
  bool detach = false;
  AttachOptions attach;
  Options options;
  PullOptions pull;
  {  // freed before the monitor is forked, which would keep its memory
    VerbLine cli("run [OPTIONS] ROOTFS-or-IMAGE [COMMAND] [ARG...]", "busybox /bin/sh");
    cli.group("Process");
    cli.flag("-d,--detach", detach, "Run the container in the background and print its id");
    add_options(cli, attach);
    add_options(cli, pull);  // a bare form takes them, but pulls nothing
    options = parse_options(cli, argc, argv);
  }
  attach.direct = bare || options.remove;  // nothing is kept of it, so nobody needs its log
  attach.input = bare || options.console.interactive;
  recover_container_records();
  Container held = bare ? create_bare(options) : create_container(options, pull);
  if (!bare) tell_of_directory(held);
  if (!detach) return run_attached(held, runner, attach);
  run_detached(held, runner);
  print(held.id() + "\n");
  return 0;
}

int verb_run(int argc, char** argv, Runner runner) { return run(argc, argv, runner, false); }

int run_without_verb(int argc, char** argv, Runner runner) { return run(argc, argv, runner, true); }

}  // namespace stepbox
