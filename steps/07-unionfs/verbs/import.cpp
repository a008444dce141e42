// import: an image of one layer, from a tar of its files.
#include <time.h>

#include "07-unionfs/image_changes.hpp"
#include "07-unionfs/image_store.hpp"
#include "07-unionfs/references.hpp"
#include "07-unionfs/staging.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/table.hpp"

namespace stepbox {

int verb_import(int argc, char** argv, Runner) {
  std::vector<std::string> changes;
  std::string message;
  CommandLine cli("import [OPTIONS] FILE|- [NAME[:TAG]]", "import rootfs.tar.gz mine");
  cli.list("-c,--change", "WORDS", changes, "As in a Dockerfile: -c 'CMD [\"/bin/sh\"]'");
  cli.option("-m,--message", "TEXT", message, "What history shows of it");
  add_store_option(cli);
  cli.parse(argc, argv);
  const std::string path = cli.take("FILE");
  std::vector<std::string> names = cli.take_rest();
  if (names.size() > 1) throw UsageError("import makes one image: " + names[1]);
  for (std::string& name : names) name = parse_reference(name).text();
  ImageFile file;
  for (const std::string& change : changes) apply_change(change, file.config);
  settle();

  Staging staging;
  file.diff_ids = {staging.add_layer(open_blob(path), {path, ""})};
  file.created = ::time(nullptr);
  file.architecture = own_architecture();
  file.os = "linux";
  file.history = {{.created = file.created,
                   .created_by = "",
                   .comment = message.empty() ? "Imported from " + path : message}};
  print(join({"sha256:", staging.publish(image_file_text(file), names), "\n"}));
  return 0;
}

}  // namespace stepbox
