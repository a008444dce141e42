// df: shows how much space images, containers and volumes take, and how much of it is unused.
#include <set>

#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "07-unionfs/volumes/volume_store.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// What one line of the table counts: sizes in bytes.
struct Usage {
  int64_t total = 0, active = 0, size = 0, reclaimable = 0;
};

// A layer that several images share counts once; it is reclaimable if no container uses one of
// them.
Usage usage_of_images() {
  std::set<std::string> used;
  for (const ImageUser& user : image_users()) used.insert(user.image);
  Usage usage;
  std::set<std::string> layers, used_layers;
  for (const StoredImage& image : all_images()) {
    ++usage.total;
    usage.active += used.contains(image.id);
    for (const std::string& layer : diff_ids_of(image.id)) {
      layers.insert(layer);
      if (used.contains(image.id)) used_layers.insert(layer);
    }
  }
  for (const std::string& layer : layers) {
    const int64_t size = layer_size(layer);
    usage.size += size;
    if (!used_layers.contains(layer)) usage.reclaimable += size;
  }
  return usage;
}

Usage usage_of_containers() {
  Usage usage;
  for (const Record& record : all_containers()) {
    const int64_t size = size_of_tree(directory_of(record.id));
    ++usage.total;
    usage.active += is_alive(record);
    usage.size += size;
    if (!is_alive(record)) usage.reclaimable += size;
  }
  return usage;
}

Usage usage_of_volumes() {
  std::set<std::string> used;
  for (const VolumeUser& user : volume_users()) used.insert(user.volume);
  Usage usage;
  for (const StoredVolume& volume : all_volumes()) {
    const int64_t size = size_of_tree(volume_data(volume.name));
    ++usage.total;
    usage.active += used.contains(volume.name);
    usage.size += size;
    if (!used.contains(volume.name)) usage.reclaimable += size;
  }
  return usage;
}

Row as_row(const char* type, const Usage& usage) {
  const int64_t share = usage.size > 0 ? usage.reclaimable * 100 / usage.size : 0;
  return {type, std::to_string(usage.total), std::to_string(usage.active), as_size(usage.size),
          join({as_size(usage.reclaimable), " (", std::to_string(share), "%)"})};
}

}  // namespace

int verb_df(int argc, char** argv) {
  Format format;
  VerbLine cli("df [OPTIONS]", "df");
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  cli.end();
  recover_crashed_containers();
  Listing listing({{"TYPE", "Type"},
                   {"TOTAL", "TotalCount"},
                   {"ACTIVE", "Active"},
                   {"SIZE", "Size"},
                   {"RECLAIMABLE", "Reclaimable"}});
  listing.add(as_row("Images", usage_of_images()));
  listing.add(as_row("Containers", usage_of_containers()));
  listing.add(as_row("Local Volumes", usage_of_volumes()));
  print(listing.text(format));
  return 0;
}

}  // namespace stepbox
