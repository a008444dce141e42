// pause and unpause: all processes of containers stand still, or go on. They are not asked, as with
// the signals STOP and CONT, and do not notice. (The freezer of cgroups(7))
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

static int set_all_paused(CommandLine& cli, int argc, char** argv, bool paused) {
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle();
  return for_each_container(references, [&](const std::string& reference) {
    set_paused(find_container(reference).id, paused);
    print(reference + "\n");
  });
}

int verb_pause(int argc, char** argv, Runner) {
  CommandLine cli("pause CONTAINER...", "pause box");
  return set_all_paused(cli, argc, argv, true);
}

int verb_unpause(int argc, char** argv, Runner) {
  CommandLine cli("unpause CONTAINER...", "unpause box");
  return set_all_paused(cli, argc, argv, false);
}

}  // namespace stepbox
