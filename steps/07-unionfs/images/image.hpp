// Step 7. Images: root file systems that many containers start from, and none may change.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "07-unionfs/images/image_config.hpp"
#include "common/fd.hpp"

namespace stepbox {

struct Image {
  std::string id;                   // 64 hex digits; empty: a plain directory
  std::string name;                 // as it was asked for
  std::vector<std::string> layers;  // directories, absolute, the uppermost first; never none
  ImageConfig config;
};

// The image of that name, else the directory of that name as an image of one layer, else the image
// whose id begins so. Throws Failure when there is none of them.
Image find_image(const std::string& name);

// As long as the result is kept, the image cannot be removed. -1 for a plain directory.
// Throws Failure when it is gone.
Fd use_image(const Image& image);

// For the verbs about images.

struct StoredImage {
  std::string id;
  std::vector<std::string> names;  // NAME:TAG; none: nothing but the id
  int64_t created = 0;             // seconds since 1970
  int64_t stored = 0;  // here; nanoseconds: of those made in one second, which is newer?
  int64_t size = 0;    // bytes in the files of all its layers
};

// All of them, the newest first.
std::vector<StoredImage> all_images();

// The image of that name, or whose id begins so (sha256: may stand before).
// Throws Failure when there is none, or more than one.
std::string find_image_id(const std::string& reference);

// Gives the image one more name. Throws Failure.
void tag_image(const std::string& reference, const std::string& name);

// A container that is made of an image.
struct ImageUser {
  std::string image;      // the image's id
  std::string container;  // the container's
  bool running = false;
};
// Returns all of them. Called once, while nobody can add an image or a name.
using ListImageUsers = std::vector<ImageUser> (*)();

// Takes the name from an image, or all names, if called by its id; and removes it, if it has no
// other name. Returns docker's lines: Untagged: NAME, Deleted: sha256:ID.
// Throws Failure when containers use it; with `force` its names go all the same.
std::vector<std::string> remove_image(const std::string& reference, bool force,
                                      ListImageUsers list_users);

// Removes the images that no container uses: those without a name, or all.
struct Pruned {
  std::vector<std::string> lines;  // as above
  int64_t bytes = 0;
};
Pruned prune_images(bool all, ListImageUsers list_users);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_
