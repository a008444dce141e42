// rm: containers that have ended are forgotten, with all that they changed; with -f others are
// killed first.
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static void remove_container(const Record& record, bool force) {
  if (force) kill_container(record);
  if (force && !exists(record_of(record.id))) return;  // --rm: its holder has done it
  Container(record.id).remove();
}

int verb_rm(int argc, char** argv, Runner) {
  bool force = false, volumes = false;
  CommandLine cli("rm [OPTIONS] CONTAINER...", "rm box");
  cli.flag("-f,--force", force, "Kill it first, if it is running; none to remove is no error");
  cli.flag("-v,--volumes", volumes, "Anonymous volumes too: stepbox makes none");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle();
  return for_each_container(references, [&](const std::string& reference) {
    try {
      remove_container(find_container(reference), force);
      print(reference + "\n");
    } catch (const NoSuchContainer& error) {
      if (!force) throw;
      report(error);
    }
  });
}

}  // namespace stepbox
