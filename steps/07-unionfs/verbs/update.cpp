// update: other limits, or another restart policy, for containers, those that run too.
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

// Reads the command line into `options`: what is not said there stays as it is.
static std::vector<std::string> parse(int argc, char** argv, Options& options) {
  CommandLine cli("update OPTIONS CONTAINER...", "update --memory 256m box");
  add_limit_options(cli, options.limits);
  add_options(cli, options.restart);
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  if (static_cast<int>(references.size()) == argc - 1) {
    throw Failure("update: nothing to change",
                  "as --memory 256m or --restart always: see update --help");
  }
  return references;
}

static void update(const std::string& id, int argc, char** argv) {
  Limits before, after;
  bool changed = false;
  try {
    change_record(id, [&](Record& record) {
      before = record.options.limits;
      parse(argc, argv, record.options);
      after = record.options.limits;
      if (record.options.remove && record.options.restart.when != RestartWhen::kNever) {
        throw Failure("--restart for a container that was started with --rm", "it is gone then");
      }
      if (after == before || !open_process(record)) return;
      RunningGroups(id).change(before, after);
      changed = true;
    });
  } catch (...) {
    if (changed) RunningGroups(id).change(after, before);  // it could not be recorded
    throw;
  }
}

int verb_update(int argc, char** argv, Runner) {
  Options ignored;
  const std::vector<std::string> references = parse(argc, argv, ignored);
  settle();
  return for_each_container(references, [&](const std::string& reference) {
    update(find_container(reference).id, argc, argv);
    print(reference + "\n");
  });
}

}  // namespace stepbox
