// stop: sends containers their stop signal, and kills them after a timeout.
#include <algorithm>

#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_stop(int argc, char** argv) {
  StopOptions options;
  VerbLine cli("stop [OPTIONS] CONTAINER...", "stop box");
  add_options(cli, options);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  recover_crashed_containers();
  std::vector<NamedStop> stops;  // all are signalled, then all are waited for
  const int status = for_each_of(references, [&](const std::string& reference) {
    stops.emplace_back(reference, begin_stop(find_container(reference), options));
  });
  return std::max(status, for_each_of(stops, finish));
}

}  // namespace stepbox
