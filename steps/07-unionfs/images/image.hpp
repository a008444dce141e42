// Step 7. Images: read-only root file systems that containers share.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "07-unionfs/images/image_config.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"

namespace stepbox {

struct Image {
  std::string id;                   // 64 hex digits; empty for a plain directory
  std::string name;                 // as the user typed it
  std::vector<std::string> layers;  // absolute directories, the topmost first; at least one
  ImageConfig config;
};

class NoSuchImage : public Failure {
  using Failure::Failure;
};

// Finds an image by name, or by at least 12 digits of its id; else takes the directory of that name
// as an image of one layer; else finds the image whose id begins with `name`. With `is_rootfs` it
// is the directory always. Throws NoSuchImage; Failure for a file that is no directory, a damaged
// image, or if several ids begin with `name`.
Image find_image(const std::string& name, bool is_rootfs = false);

// Throws Failure unless the image is for `platform`, OS/ARCHITECTURE[/VARIANT]; empty: any.
void check_platform(const Image& image, const std::string& platform);

// Takes a shared lock on the image: it cannot be removed until the result is closed. -1 for a plain
// directory. Throws Failure if the image was removed.
Fd use_image(const Image& image);

// The functions below are for the verbs about images.

struct StoredImage {
  std::string id;
  std::vector<std::string> names;  // NAME:TAG; may be empty
  int64_t created = 0;             // seconds since 1970
  int64_t stored = 0;              // when it came into the store, in nanoseconds since 1970
  int64_t size = 0;                // bytes in the files of all its layers
  std::map<std::string, std::string> labels = {};
};

// All images, the newest first.
std::vector<StoredImage> all_images();

// Returns the id of the image with that name, or whose id begins with it (with or without sha256:).
// Throws Failure if there is none, or more than one.
std::string find_image_id(const std::string& reference);

// Adds a name to an image. Throws Failure.
void tag_image(const std::string& reference, const std::string& name);

// A container that was created from an image.
struct ImageUser {
  std::string image;      // the image's id
  std::string container;  // the container's
  bool running = false;
};
// Given by the caller, as this room knows no containers. Called once, with images.lock held.
using ListImageUsers = std::vector<ImageUser> (*)();

// Removes the name, or all names if `reference` is an id; removes the image with its last name.
// Returns the lines that docker prints: Untagged: NAME, Deleted: sha256:ID.
// Throws Failure if containers use the image; with `force` removes its names nevertheless.
std::vector<std::string> remove_image(const std::string& reference, bool force,
                                      ListImageUsers list_users);

// Removes images that no container uses: those without a name, or with `all` all of them.
struct Pruned {
  std::vector<std::string> lines;  // those of remove_image()
  int64_t bytes = 0;
};
Pruned prune_images(bool all, ListImageUsers list_users);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_HPP_
