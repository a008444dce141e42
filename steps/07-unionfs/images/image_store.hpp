// Step 7. The directories of images and layers in the store.
//
//   <store>/layers/DIFF-ID/tree    a layer's files; shared by images
//   <store>/layers/DIFF-ID/size    their size in bytes
//   <store>/layers/DIFF-ID/*.gz    what else its tar held: tar_recipe.hpp
//   <store>/empty                  the only layer of images that have none
//   <store>/images/ID.json         an image's config file; ID is its digest
//   <store>/tags/NAME:TAG          a symbolic link: ID (% stands for / in NAME)
//   <store>/staging/XXXXXX/        images that are being added
//   <store>/images.lock            held while images/ or tags/ change
//   <store>/staging.lock           shared: adding, removing; exclusive: sweeping
//
// Images are added through Staging (image_staging.hpp).
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
std::string empty_layer_directory();                      // for an image without layers; made here
int64_t layer_size(const std::string& diff_id);           // 0 if the layer does not exist

// Throws system_error if the image does not exist, Failure if its config is invalid.
ImageConfigFile read_config_file(const std::string& id);
// Of its layers, the lowest first. A damaged image has none: a warning, so that it can be removed.
std::vector<std::string> diff_ids_of(const std::string& id);
std::string read_config_text(const std::string& id);  // unchanged: its digest is the id

// Locks an image: with kShared it cannot be removed, with kAlone no container can start to use it.
// -1 if it does not exist, or is locked in the other way.
Fd hold_image(const std::string& id, Lock lock);

std::vector<std::string> image_ids();        // of all images
int64_t time_stored(const std::string& id);  // nanoseconds since 1970; 0: no such image
std::vector<std::string> names_of(const std::string& id);  // NAME:TAG
std::string id_of_tag(const std::string& name);            // empty: no such name

// Changes images/ and tags/; holds images.lock. Throws Failure.
class ImageIndex {
 public:
  // `staging`: path() of a Staging that exists as long as this object.
  explicit ImageIndex(const std::string& staging);

  // Rename a staged layer or image into place, unless it exists already. add_image() returns
  // whether the image is new.
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
