// prune: removes containers that are not running, unused images and networks; with --volumes
// volumes.
#include <fcntl.h>
#include <unistd.h>

#include "01-clone/signals.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/registry/building.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "07-unionfs/volumes/volume_filters.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// --containers, --images, --networks: only these; all without any. --volumes: anonymous volumes,
// too.
struct Kinds {
  bool containers = false, images = false, networks = false, volumes = false;
};

std::string list(const Kinds& kinds, bool all) {
  return join({kinds.containers ? "  - all containers that are not running\n" : "",
               kinds.networks ? "  - all networks that no running container is on\n" : "",
               kinds.volumes ? "  - all anonymous volumes without a container\n" : "",
               kinds.images ? "  - all images without a " : "",
               !kinds.images ? ""
               : all         ? "container\n  - the layers that `build` has kept\n"
                             : "name\n"});
}

// Returns the ids of the removed containers, one a line; adds their size to `bytes`.
std::string remove_containers(int64_t& bytes) {
  std::string ids;
  for (const Record& record : all_containers()) {
    if (is_alive(record)) continue;
    try {
      Container held(record.id);
      const int64_t size = size_of_tree(held.directory());
      held.remove();
      bytes += size;
      ids += record.id + "\n";
    } catch (const std::exception& error) {
      report(error);  // it has just been started
    }
  }
  return ids;
}

std::string remove_volumes(int64_t& bytes) {
  const PrunedVolumes pruned = prune_volumes(volumes_matching({}, true), volume_users);
  bytes += pruned.bytes;
  return pruned.names;
}

}  // namespace

int ask(const std::string& what, const char* verb) {
  if (!::isatty(STDIN_FILENO)) {
    throw Failure(
        join({verb, " asks before it removes anything, but standard input is no terminal"}),
        join({verb, " -f"}));
  }
  print(
      join({"WARNING! This will remove:\n", what, "\nAre you sure you want to continue? [y/N] "}));
  const Fd input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (const int signal = wait_for_input(input)) return kSignalBase + signal;
  char answer[256];
  const ssize_t got = ::read(input.get(), answer, sizeof answer);
  return got > 0 && (answer[0] == 'y' || answer[0] == 'Y') ? 0 : 1;
}

int verb_prune(int argc, char** argv) {
  bool force = false, all = false;
  Kinds kinds;
  VerbLine cli("prune [OPTIONS]", "prune");
  cli.flag("-a,--all", all, "Remove all images without a container, not only those without a name");
  cli.flag("--containers", kinds.containers, "Remove containers only");
  cli.flag("-f,--force", force, "Do not ask for confirmation");
  cli.flag("--images", kinds.images, "Remove images only");
  cli.flag("--networks", kinds.networks, "Remove networks only");
  cli.flag("--volumes", kinds.volumes, "Remove anonymous volumes without a container, too");
  cli.parse_mixed(argc, argv);
  cli.end();
  if (!kinds.containers && !kinds.images && !kinds.networks) {
    kinds.containers = kinds.images = kinds.networks = true;
  }
  recover_crashed_containers();
  if (const int status = force ? 0 : ask(list(kinds, all), "prune")) return status;
  int64_t bytes = 0;
  const std::string ids = kinds.containers ? remove_containers(bytes) : "";
  std::string text = ids.empty() ? "" : join({"Deleted Containers:\n", ids, "\n"});
  const std::string volumes = kinds.volumes ? remove_volumes(bytes) : "";
  if (!volumes.empty()) text += join({"Deleted Volumes:\n", volumes, "\n"});
  const auto networks = kinds.networks ? prune_networks() : std::vector<std::string>{};
  if (!networks.empty()) text += "Deleted Networks:\n";
  for (const std::string& network : networks) text += network + "\n";
  if (!networks.empty()) text += "\n";
  const Pruned images = kinds.images ? prune_images(all, image_users) : Pruned{};
  if (kinds.images && all) bytes += remove_build_cache();
  if (!images.lines.empty()) text += "Deleted Images:\n";
  for (const std::string& line : images.lines) text += line + "\n";
  if (!images.lines.empty()) text += "\n";
  const bool only_networks = !kinds.containers && !kinds.images;  // they take no space
  if (!only_networks) {
    text += join({"Total reclaimed space: ", as_size(bytes + images.bytes), "\n"});
  }
  print(text);
  return 0;
}

}  // namespace stepbox
