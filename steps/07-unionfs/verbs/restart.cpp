// restart: stops containers and starts them again.
#include <algorithm>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

namespace {

struct Restart {
  std::string reference;
  std::string id;
  Stop stop;
};

}  // namespace

static Restart begin(const std::string& reference, const StopOptions& options) {
  const Record record = find_container(reference);
  keep_after_end(record.id);
  return {reference, record.id, begin_stop(record, options)};
}

static void finish(Restart& restart, Runner runner) {
  restart.stop.finish();
  Container held(restart.id);
  run_detached(held, runner);
  print(restart.reference + "\n");
}

int verb_restart(int argc, char** argv, Runner runner) {
  StopOptions options;
  std::vector<std::string> references;
  {  // freed before the monitor is forked, which would keep its memory
    VerbLine cli("restart [OPTIONS] CONTAINER...", "restart box");
    add_options(cli, options);
    cli.parse_mixed(argc, argv);
    references = cli.take_all("CONTAINER");
  }
  recover_crashed_containers();
  std::vector<Restart> restarts;  // all are stopped, then all are waited for
  const int status = for_each_of(references, [&](const std::string& reference) {
    restarts.push_back(begin(reference, options));
  });
  return std::max(status, for_each_of(restarts, [&](Restart& one) { finish(one, runner); }));
}

}  // namespace stepbox
