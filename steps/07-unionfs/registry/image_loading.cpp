#include "07-unionfs/registry/image_loading.hpp"

#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/images/old_archive.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

void check_platform(const ImageConfigFile& file) {
  if (file.architecture.empty() || file.architecture == own_architecture()) return;
  warn({"the image is for ", file.architecture, ", this machine is ", own_architecture()});
}

// Unpacks the layers. Returns the text of the config file.
std::string add_layers(Staging& staging, const ArchiveFiles& files, const ArchivedImage& image) {
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

}  // namespace

std::string load_image(const ArchiveFiles& files, const ArchivedImage& image) {
  std::vector<std::string> names;
  for (const std::string& name : image.names) names.push_back(parse_reference(name).text());
  Staging staging;
  return staging.publish(add_layers(staging, files, image), names);
}

std::string load_folder(const std::string& folder, const std::vector<std::string>& names,
                        const Staging& staging) {
  const ArchiveFiles files(folder, staging.path());
  ArchivedImage image = list_images(files, "").at(0);
  image.names = names;
  return load_image(files, image);
}

}  // namespace stepbox
