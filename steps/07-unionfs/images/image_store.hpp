// Step 7. Where images are kept.
//
//   <store>/layers/DIFF-ID/tree    a layer's files; many images may have it
//   <store>/layers/DIFF-ID/size    bytes in them
//   <store>/images/ID.json         an image: its config file, ID being its digest
//   <store>/tags/NAME:TAG          a symbolic link: ID (% stands for / in NAME)
//   <store>/staging/XXXXXX/        what is not there yet
//   <store>/images.lock            held for a moment by whoever changes images/ and tags/
//   <store>/staging.lock           shared by all who add or remove; alone: who sweeps
//
// How images come there and go: staging.hpp.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STORE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STORE_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/image_config.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"

namespace stepbox {

std::string layer_of(const std::string& diff_id);
std::string layer_directory(const std::string& diff_id);  // its files
int64_t layer_size(const std::string& diff_id);           // 0 if the layer is not there

// Throws Failure when the image is not there, or unreadable.
ImageConfigFile read_config_file(const std::string& id);
std::string read_config_text(const std::string& id);  // as it is: its digest is the id

// Holds an image in place: shared, it cannot be removed; alone, nobody can come to use it.
// -1 where it is gone, or held otherwise.
Fd hold_image(const std::string& id, Lock lock);

std::vector<std::string> image_ids();        // of all images
int64_t time_stored(const std::string& id);  // nanoseconds since 1970; 0: it is not there
std::vector<std::string> names_of(const std::string& id);  // NAME:TAG
std::string id_of_tag(const std::string& name);            // empty: no image has this name

// Changes to images/ and tags/, by one process at a time. Throws Failure.
class ImageIndex {
 public:
  // `staging`: the directory of a Staging that is alive.
  explicit ImageIndex(const std::string& staging);

  // Rename what is staged to its place; nothing if it is there already. add_image() returns whether
  // the image is new.
  void add_layer(const std::string& staged, const std::string& diff_id);
  bool add_image(const std::string& staged, const std::string& id);

  void tag(const std::string& name, const std::string& id);
  void untag(const std::string& name);
  void remove(const std::string& id);

 private:
  std::string staging_;
  FileLock lock_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STORE_HPP_
