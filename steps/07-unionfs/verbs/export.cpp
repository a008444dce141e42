// export: writes all files of a container as a tar archive.
#include <unistd.h>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/files/output_file.hpp"
#include "07-unionfs/files/tar_writer.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_export(int argc, char** argv) {
  std::string file;
  VerbLine cli("export [OPTIONS] CONTAINER", "export -o box.tar box");
  cli.option("-o,--output", "FILE", file, "Write to FILE (standard output)");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  recover_crashed_containers();
  const Record record = find_container(reference);
  Output output(file);
  const int status = run_in_private_mounts(record, [&] {
    MeasuredSink measured(output, "exporting " + reference);
    TarWriter tar(measured);
    Tree tree(open_merged(record));
    add_tree(tar, tree, "");
    tar.finish();
    return 0;
  });
  if (status == 0) output.commit();
  return status;
}

}  // namespace stepbox
