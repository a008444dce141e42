// wait: until containers have ended; prints the exit status of each.
#include "01-clone/signals.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_wait(int argc, char** argv, Runner) {
  CommandLine cli("wait [OPTIONS] CONTAINER...", "wait box");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle_containers();
  restore_signal_mask();  // nothing is ours here: ^C may end us
  return for_each_container(references, [](const std::string& reference) {
    print(std::to_string(wait_for_end(find_container(reference))) + "\n");
  });
}

}  // namespace stepbox
