// diff: lists the files that a container added, changed or deleted.
#include <cstdio>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/containers/file_changes.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_diff(int argc, char** argv) {
  VerbLine cli("diff CONTAINER", "diff box");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  recover_crashed_containers();
  const Record record = find_container(reference);
  return run_in_private_mounts(record, [&] {
    std::string lines;
    for (const Change& change : changes_of(record)) {
      lines += {change.kind, ' '};
      lines += change.path + "\n";
    }
    print(lines);
    return 0;
  });
}

}  // namespace stepbox
