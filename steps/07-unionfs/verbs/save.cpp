// save: images as an archive, for podman, skopeo, docker, or load.
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/files/output_file.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/archive_writer.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// Those that are to be saved, and what keeps them in place meanwhile.
struct Selection {
  std::vector<SavedImage> images = {};
  std::vector<std::string> ids = {};
  std::vector<Fd> held = {};
};

// An image that is asked for by several names is one, with these names; by its id it has none.
void select(Selection& selection, const std::string& reference) {
  const Image image = find_image(find_image_id(reference));
  auto known = std::find(selection.ids.begin(), selection.ids.end(), image.id);
  if (known == selection.ids.end()) {
    selection.held.push_back(use_image(image));
    selection.images.push_back({.name = reference,
                                .config = read_config_text(image.id),
                                .names = {},
                                .layers = image.layers});
    known = selection.ids.insert(known, image.id);
  }
  if (!is_reference(reference)) return;
  const std::string name = parse_reference(reference).text();
  if (id_of_tag(name) != image.id) return;
  selection.images[static_cast<size_t>(known - selection.ids.begin())].names.push_back(name);
}

}  // namespace

int verb_save(int argc, char** argv, Runner) {
  std::string file;
  CommandLine cli("save [OPTIONS] IMAGE...", "save -o busybox.tar busybox");
  cli.option("-o,--output", "FILE", file, "Write to FILE, not to stdout");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("IMAGE");
  settle();
  Selection selection;
  for (const std::string& reference : references) select(selection, reference);
  Output output(file);
  const int status = apart(::geteuid() != 0, [&] {
    write_images(output, selection.images);
    return 0;
  });
  if (status == 0) output.commit();
  return status;
}

}  // namespace stepbox
