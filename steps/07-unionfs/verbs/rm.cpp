// rm: removes containers that have ended; with -f running ones are killed first.
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static void remove_container(const Record& record, bool force, bool volumes) {
  if (force) kill_container(record);
  if (force && !exists(record_of(record.id))) return;  // removed by its holder (--rm)
  Container(record.id).remove(volumes);
}

int verb_rm(int argc, char** argv) {
  bool force = false, volumes = false;
  VerbLine cli("rm [OPTIONS] CONTAINER...", "rm box");
  cli.flag("-f,--force", force, "Kill running containers first; ignore missing ones");
  cli.flag("-v,--volumes", volumes, "Remove their anonymous volumes, too");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  recover_crashed_containers();
  return for_each_of(references, [&](const std::string& reference) {
    try {
      remove_container(find_container(reference), force, volumes);
      print(reference + "\n");
    } catch (const NoSuchContainer& error) {
      if (!force) throw;
      report(error);
    }
  });
}

}  // namespace stepbox
