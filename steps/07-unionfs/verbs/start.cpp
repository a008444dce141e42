// start: containers that have ended run again, with their changes.
#include <unistd.h>

#include <cstdio>

#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

static void start(const std::string& reference, Runner runner) {
  const Record record = find_container(reference);
  if (!record.running) {
    Container held(record.id);
    run_detached(held, runner);
  }
  ::dprintf(STDOUT_FILENO, "%s\n", reference.c_str());
}

int verb_start(int argc, char** argv, Runner runner) {
  bool attach = false;
  CommandLine cli("start [OPTIONS] CONTAINER...", "start box");
  cli.flag("-a,--attach", attach, "In the foreground, with our stdin, stdout and stderr");
  add_store_option(cli);
  cli.parse(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle_containers();
  if (!attach) {
    return for_each_container(references,
                              [&](const std::string& reference) { start(reference, runner); });
  }
  if (references.size() > 1) throw Failure("start --attach: one container at a time");
  Container held(find_container(references[0]).id);
  return run_held(held, runner);
}

}  // namespace stepbox
