// import: creates an image of one layer from a tar archive or a directory.
#include <time.h>
#include <unistd.h>

#include <filesystem>

#include "02-chroot/chroot.hpp"
#include "07-unionfs/files/child_task.hpp"
#include "07-unionfs/files/tar_writer.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/config_changes.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

// Packs a directory into an unnamed file.
static Blob packed(const std::string& directory, const Staging& staging) {
  Blob tar;
  tar.file = open_unnamed(staging.path());
  const auto pack = [&] {
    FdSink sink(tar.file.get(), staging.path());
    TarWriter writer(sink);
    Tree tree(open_directory(directory));
    add_as_layer(writer, tree);
    writer.finish();
  };
  run_in_child({}, pack);
  tar.size = ::lseek(tar.file.get(), 0, SEEK_END);
  return tar;
}

int verb_import(int argc, char** argv) {
  std::vector<std::string> changes;
  std::string message;
  VerbLine cli("import [OPTIONS] FILE|DIRECTORY|- [NAME[:TAG]]", "import rootfs.tar.gz mine");
  cli.list("-c,--change", "WORDS", changes,
           "Apply a Dockerfile instruction: -c 'CMD [\"/bin/sh\"]'");
  cli.option("-m,--message", "TEXT", message, "Comment that `history` shows");
  cli.parse_mixed(argc, argv);
  const std::string path = cli.take("FILE");
  std::vector<std::string> names = cli.take_rest();
  if (names.size() > 1) throw WordsError("import makes one image: " + names[1]);
  for (std::string& name : names) name = parse_reference(name).text();
  ImageConfigFile file;
  apply_changes(changes, file.config);
  recover_crashed_containers();

  Staging staging;
  const bool is_directory = path != "-" && std::filesystem::is_directory(path);
  Blob tar = is_directory ? packed(find_rootfs(path), staging) : open_blob(path);
  file.diff_ids = {staging.add_layer(std::move(tar), {path, ""})};
  file.created = ::time(nullptr);
  file.architecture = own_architecture();
  file.os = "linux";
  file.history = {{.created = file.created,
                   .created_by = "",
                   .comment = message.empty() ? "Imported from " + path : message}};
  print(join({"sha256:", staging.publish(config_file_text(file), names), "\n"}));
  return 0;
}

}  // namespace stepbox
