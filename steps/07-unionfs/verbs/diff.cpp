// diff: what a container changed in the files of its image.
#include <cstdio>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/containers/file_changes.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_diff(int argc, char** argv, Runner) {
  CommandLine cli("diff CONTAINER", "diff box");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  settle();
  const Record record = find_container(reference);
  return apart(record, [&] {
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
