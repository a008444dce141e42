// stop: asks containers to end, and kills those that have not after a while.
#include <algorithm>

#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_stop(int argc, char** argv, Runner) {
  StopOptions options;
  CommandLine cli("stop [OPTIONS] CONTAINER...", "stop box");
  add_options(cli, options);
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle();
  std::vector<NamedStop> stops;  // all are asked, then all are waited for
  const int status = for_each_container(references, [&](const std::string& reference) {
    stops.emplace_back(reference, begin_stop(find_container(reference), options));
  });
  return std::max(status, for_each_container(stops, finish));
}

}  // namespace stepbox
