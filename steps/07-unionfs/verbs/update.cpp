// update: changes the limits or the restart policy of containers, also of running ones.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

// Reads the command line into `options`; those that are not given keep their values.
static std::vector<std::string> parse(int argc, char** argv, Options& options) {
  VerbLine cli("update OPTIONS CONTAINER...", "update --memory 256m box");
  add_limit_options(cli, options.limits);
  add_options(cli, options.restart);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  if (static_cast<int>(references.size()) == argc - 1) {
    throw Failure("update: nothing to change",
                  "give an option such as --memory 256m: see update --help");
  }
  return references;
}

// 0 leaves a limit as it is, as with docker: the kernel knows no such value of these.
static void keep_zeros(const ContainerLimits& before, ContainerLimits& after) {
  if (after.cpu_shares.number == 0) after.cpu_shares = before.cpu_shares;
  if (after.memory_reservation.count == 0) after.memory_reservation = before.memory_reservation;
  if (after.memory_swap.count == 0) after.memory_swap = before.memory_swap;
}

static void update(const std::string& id, int argc, char** argv) {
  ContainerLimits before, after;
  bool changed = false;
  try {
    change_record(id, [&](Record& record) {
      before = record.options.limits;
      parse(argc, argv, record.options);
      keep_zeros(before, record.options.limits);
      after = record.options.limits;
      check(after);
      if (record.options.remove && record.options.restart.when != RestartWhen::kNever) {
        throw Failure("--restart for a container that was started with --rm",
                      "--rm removes it when it exits");
      }
      if (after == before || !open_process(record)) return;
      RunningGroups(id).change(before, after);
      changed = true;
    });
  } catch (...) {
    if (changed) RunningGroups(id).change(after, before);  // the record could not be written
    throw;
  }
}

int verb_update(int argc, char** argv) {
  Options ignored;
  const std::vector<std::string> references = parse(argc, argv, ignored);
  recover_crashed_containers();
  return for_each_of(references, [&](const std::string& reference) {
    update(find_container(reference).id, argc, argv);
    print(reference + "\n");
  });
}

}  // namespace stepbox
