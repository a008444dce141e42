// pause and unpause: suspend and resume all processes of containers with the freezer of cgroups(7).
// Unlike with the signals STOP and CONT, the processes do not notice.
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

static int set_all_paused(CommandLine& cli, int argc, char** argv, bool paused) {
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  recover_crashed_containers();
  return for_each_of(references, [&](const std::string& reference) {
    set_paused(find_container(reference).id, paused);
    print(reference + "\n");
  });
}

int verb_pause(int argc, char** argv) {
  VerbLine cli("pause CONTAINER...", "pause box");
  return set_all_paused(cli, argc, argv, true);
}

int verb_unpause(int argc, char** argv) {
  VerbLine cli("unpause CONTAINER...", "unpause box");
  return set_all_paused(cli, argc, argv, false);
}

}  // namespace stepbox
