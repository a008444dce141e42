// start: a container that has ended runs again, with its changes.
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_start(int argc, char** argv, Runner runner) {
  CommandLine cli("start [OPTIONS] CONTAINER", "start box");
  add_store_option(cli);
  cli.parse(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  settle_containers();
  Container held(find_container(reference).id);
  return run_held(held, runner);
}

}  // namespace stepbox
