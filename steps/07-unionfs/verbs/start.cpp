// start: runs containers again that have ended, with their changes.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

static void start_detached(const std::string& reference, Runner runner) {
  const Record record = find_container(reference);
  if (!record.running && !record.restarting) {
    Container held(record.id);
    run_detached(held, runner);
  }
  print(reference + "\n");
}

int verb_start(int argc, char** argv, Runner runner) {
  bool foreground = false;
  bool interactive = false;
  AttachOptions options;
  std::vector<std::string> references;
  {  // freed before the monitor is forked, which would keep its memory
    VerbLine cli("start [OPTIONS] CONTAINER...", "start -a box");
    cli.flag("-a,--attach", foreground, "Attach standard output and standard error");
    cli.flag("-i,--interactive", interactive, "Attach standard input, too");
    add_options(cli, options);
    cli.parse_mixed(argc, argv);
    references = cli.take_all("CONTAINER");
  }
  recover_container_records();
  if (!foreground && !interactive) {
    return for_each_of(references,
                       [&](const std::string& reference) { start_detached(reference, runner); });
  }
  if (references.size() > 1) throw Failure("start --attach: one container at a time");
  const Record record = find_container(references[0]);
  options.input = interactive;
  if (record.running) return attach_to(record, options);
  Container held(record.id);
  return run_attached(held, runner, options);
}

}  // namespace stepbox
