// load: loads the images of an archive written by docker, podman, skopeo or umoci.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "07-unionfs/files/progress.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/registry/image_loading.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

// alpine for /srv/alpine.tar.gz: for an image without a name.
static std::string name_of_file(const std::string& file) {
  std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename();
  return file == "-" ? "" : name.substr(0, name.find(".tar"));
}

// What docker prints.
static void tell(const std::string& id, const std::vector<std::string>& names) {
  if (names.empty()) print(join({"Loaded image ID: sha256:", id, "\n"}));
  for (const std::string& name : names) {
    print(join({"Loaded image: ", parse_reference(name).text(), "\n"}));
  }
}

int verb_load(int argc, char** argv) {
  std::string file = "-";
  bool quiet = false;
  VerbLine cli("load [OPTIONS]", "load -i alpine.tar");
  cli.option("-i,--input", "FILE", file,
             "Docker archive or OCI layout to read: a tar (gz, bz2, xz, zst) or a directory "
             "(standard input)");
  cli.flag("-q,--quiet", quiet, "Do not print progress");
  cli.parse_mixed(argc, argv);
  cli.end();
  if (file == "-" && ::isatty(STDIN_FILENO)) {
    throw Failure("load from a terminal", "give a file: load -i FILE");
  }
  recover_crashed_containers();
  if (quiet) hide_progress();
  const Staging staging;
  const ArchiveFiles files(file, staging.path());
  for (const ArchivedImage& image : list_images(files, name_of_file(file))) {
    tell(load_image(files, image), image.names);
  }
  return 0;
}

}  // namespace stepbox
