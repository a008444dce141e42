// wait: waits until containers have ended, and prints their exit statuses.
#include "01-clone/signals.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_wait(int argc, char** argv) {
  VerbLine cli("wait [OPTIONS] CONTAINER...", "wait box");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  recover_container_records();
  restore_signal_mask();  // ^C ends this process: it holds no resource
  return for_each_of(references, [](const std::string& reference) {
    print(std::to_string(wait_for_end(find_container(reference))) + "\n");
  });
}

}  // namespace stepbox
