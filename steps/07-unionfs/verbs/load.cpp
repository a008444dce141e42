// load: loads the images of an archive written by docker, podman, skopeo or umoci.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "07-unionfs/files/progress.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/images/old_archive.hpp"
#include "07-unionfs/storage/overlay.hpp"
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

static void check_platform(const ImageConfigFile& file) {
  if (file.architecture.empty() || file.architecture == own_architecture()) return;
  warn({"the image is for ", file.architecture, ", this machine is ", own_architecture()});
}

// Unpacks the layers. Returns the text of the config file.
static std::string add_layers(Staging& staging, const ArchiveFiles& files,
                              const ArchivedImage& image) {
  if (image.layers.size() > kMostLayers) {
    throw Failure(join({"the image has ", std::to_string(image.layers.size()), " layers"}),
                  join({"at most ", std::to_string(kMostLayers), " can be mounted"}));
  }
  if (image.config.file.empty()) {
    check_platform(parse_config_file(with_diff_ids(image.old_config, {})));
    std::vector<std::string> ids;
    for (const ImagePart& layer : image.layers) {
      ids.push_back(staging.add_layer(files.open(layer.file), layer));
    }
    return with_diff_ids(image.old_config, ids);
  }
  const std::string text = checked_text(files, image.config);
  const ImageConfigFile file = parse_config_file(text);
  if (file.diff_ids.size() != image.layers.size()) {
    throw Failure("read the image: its config and its manifest differ in the number of layers");
  }
  check_platform(file);
  for (size_t i = 0; i < image.layers.size(); ++i) {
    staging.add_layer(files, image.layers[i], file.diff_ids[i]);
  }
  return text;
}

// Returns the lines that docker prints.
static std::string load(const ArchiveFiles& files, const ArchivedImage& image) {
  std::vector<std::string> names;
  for (const std::string& name : image.names) names.push_back(parse_reference(name).text());
  Staging staging;
  const std::string id = staging.publish(add_layers(staging, files, image), names);
  if (names.empty()) return join({"Loaded image ID: sha256:", id, "\n"});
  std::string lines;
  for (const std::string& name : names) lines += join({"Loaded image: ", name, "\n"});
  return lines;
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
    print(load(files, image));
  }
  return 0;
}

}  // namespace stepbox
