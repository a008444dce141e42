// save: writes images as an archive for podman, skopeo, docker or load.
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/files/output_file.hpp"
#include "07-unionfs/images/archive_writer.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// The images to save, and the locks that keep them from being removed meanwhile.
struct Selection {
  std::vector<SavedImage> images = {};
  std::vector<std::string> ids = {};
  std::vector<Fd> held = {};
};

// An image that is given by several names is saved once, with these names; one that is given by its
// id has none.
void select(Selection& selection, const std::string& reference) {
  const Image image = find_image(find_image_id(reference));
  auto known = std::find(selection.ids.begin(), selection.ids.end(), image.id);
  if (known == selection.ids.end()) {
    selection.held.push_back(use_image(image));
    selection.images.push_back({.name = reference,
                                .config = read_config_text(image.id),
                                .names = {},
                                .layers = read_config_file(image.id).diff_ids});
    known = selection.ids.insert(known, image.id);
  }
  if (!is_reference(reference)) return;
  const std::string name = parse_reference(reference).text();
  if (id_of_tag(name) != image.id) return;
  selection.images[static_cast<size_t>(known - selection.ids.begin())].names.push_back(name);
}

}  // namespace

int verb_save(int argc, char** argv) {
  std::string file;
  VerbLine cli("save [OPTIONS] IMAGE...", "save -o busybox.tar busybox");
  cli.option("-o,--output", "FILE", file, "Write to FILE (standard output)");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("IMAGE");
  recover_crashed_containers();
  Selection selection;
  for (const std::string& reference : references) select(selection, reference);
  Output output(file);
  const int status = run_in_private_mounts(::geteuid() != 0, [&] {
    write_images(output, selection.images);
    return 0;
  });
  if (status == 0) output.commit();
  return status;
}

}  // namespace stepbox
