// prune: removes all containers that are not running, and unused images.
#include <fcntl.h>
#include <unistd.h>

#include "01-clone/signals.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/registry/building.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// --containers, --images: only these; both without either.
struct Kinds {
  bool containers = false, images = false;
};

// Asks on the terminal. Returns 0 for yes, else the exit status.
int ask(const Kinds& kinds, bool all) {
  if (!::isatty(STDIN_FILENO)) {
    throw Failure("prune asks before it removes anything, but standard input is no terminal",
                  "prune -f");
  }
  print(
      join({"WARNING! This will remove:\n",
            kinds.containers ? "  - all containers that are not running\n" : "",
            kinds.images ? join({"  - all images without a ", all ? "container\n" : "name\n"}) : "",
            kinds.images && all ? "  - the layers that `build` has kept\n" : "",
            "\nAre you sure you want to continue? [y/N] "}));
  const Fd input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (const int signal = wait_for_input(input)) return kSignalBase + signal;
  char answer[256];
  const ssize_t got = ::read(input.get(), answer, sizeof answer);
  return got > 0 && (answer[0] == 'y' || answer[0] == 'Y') ? 0 : 1;
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

}  // namespace

int verb_prune(int argc, char** argv) {
  bool force = false, all = false;
  Kinds kinds;
  VerbLine cli("prune [OPTIONS]", "prune");
  cli.flag("-a,--all", all, "Remove all images without a container, not only those without a name");
  cli.flag("--containers", kinds.containers, "Remove containers only");
  cli.flag("-f,--force", force, "Do not ask for confirmation");
  cli.flag("--images", kinds.images, "Remove images only");
  cli.parse_mixed(argc, argv);
  cli.end();
  if (!kinds.containers && !kinds.images) kinds = {true, true};
  recover_crashed_containers();
  if (const int status = force ? 0 : ask(kinds, all)) return status;
  int64_t bytes = 0;
  const std::string ids = kinds.containers ? remove_containers(bytes) : "";
  std::string text = ids.empty() ? "" : join({"Deleted Containers:\n", ids, "\n"});
  const Pruned images = kinds.images ? prune_images(all, image_users) : Pruned{};
  if (kinds.images && all) bytes += remove_build_cache();
  if (!images.lines.empty()) text += "Deleted Images:\n";
  for (const std::string& line : images.lines) text += line + "\n";
  if (!images.lines.empty()) text += "\n";
  print(join({text, "Total reclaimed space: ", as_size(bytes + images.bytes), "\n"}));
  return 0;
}

}  // namespace stepbox
