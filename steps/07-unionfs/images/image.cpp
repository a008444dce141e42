#include "07-unionfs/images/image.hpp"

#include <fcntl.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "02-chroot/chroot.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"
#include "common/words/near_word.hpp"

namespace stepbox {

namespace {

constexpr std::string_view kPrefix = "sha256:";

// Empty if no image has this name.
std::string id_by_name(const std::string& name) {
  return is_reference(name) ? id_of_tag(parse_reference(name).text()) : "";
}

// Empty if no id begins with `reference`.
std::string id_by_digits(const std::string& reference) {
  const std::string digits =
      reference.starts_with(kPrefix) ? reference.substr(kPrefix.size()) : reference;
  if (digits.empty() || digits.find_first_not_of("0123456789abcdef") != digits.npos) return "";
  std::string found;
  for (const std::string& id : image_ids()) {
    if (!id.starts_with(digits)) continue;
    if (!found.empty()) {
      throw Failure("more than one image's id begins with " + reference, "give more of it");
    }
    found = id;
  }
  return found;
}

// The topmost first. overlayfs refuses a directory that is given twice (ELOOP), and an upper
// occurrence of a layer hides the lower one completely.
std::vector<std::string> directories_of(const ImageConfigFile& file) {
  std::vector<std::string> directories;
  for (auto id = file.diff_ids.rbegin(); id != file.diff_ids.rend(); ++id) {
    const std::string directory = layer_directory(*id);
    if (std::find(directories.begin(), directories.end(), directory) == directories.end()) {
      directories.push_back(directory);
    }
  }
  return directories;
}

Image load_image(const std::string& id, const std::string& name) {
  const ImageConfigFile file = read_config_file(id);
  std::vector<std::string> layers = directories_of(file);
  if (layers.empty()) layers = {empty_layer_directory()};
  return {.id = id, .name = name, .layers = std::move(layers), .config = file.config};
}

}  // namespace

// "did you mean nginx?", without the tag that need not be typed.
static std::string question_about_image(const std::string& name) {
  std::vector<std::string> names;
  for (const std::string& id : image_ids()) {
    for (const std::string& full : names_of(id)) {
      names.push_back(full);
      if (full.ends_with(":latest")) names.push_back(full.substr(0, full.size() - 7));
    }
  }
  return question_about(name, names);
}

static std::string how_to_fetch(const std::string& name) {
  if (!is_reference(name)) return "`images` lists the images";
  return join({"`pull ", name, "` fetches it"});
}

Image find_image(const std::string& name, bool is_rootfs) {
  constexpr size_t kShortId = 12;  // fewer digits may well be a word, such as "bad"
  std::string id = is_rootfs ? "" : id_by_name(name);
  if (id.empty() && !is_rootfs && name.size() >= kShortId) id = id_by_digits(name);
  if (id.empty() && (is_rootfs || exists(name))) {
    return {.id = "", .name = name, .layers = {find_rootfs(name)}, .config = {}};
  }
  if (id.empty()) id = id_by_digits(name);
  if (!id.empty()) return load_image(id, name);
  const std::string question = question_about_image(name);
  throw NoSuchImage("no such image: " + name, question.empty() ? how_to_fetch(name) : question);
}

void check_platform(const Image& image, const std::string& platform) {
  if (platform.empty()) return;
  std::vector<std::string> words = split(platform, '/');
  if (words[0] != "linux") words.insert(words.begin(), "linux");
  std::string own = image.id.empty() ? "" : read_config_file(image.id).architecture;
  if (own.empty()) own = own_architecture();
  const bool other_name = (words.size() > 1 && words[1] == "x86_64" && own == "amd64") ||
                          (words.size() > 1 && words[1] == "aarch64" && own == "arm64");
  if (words.size() == 1 || words[1] == own || other_name) return;
  throw Failure(join({"image ", image.name, " is for linux/", own, ", not for ", platform}),
                "`pull --platform` fetches another");
}

Fd use_image(const Image& image) {
  if (image.id.empty()) return Fd();
  Fd file = hold_image(image.id, Lock::kShared);
  if (!file) throw Failure("no such image: " + image.name, "it was removed: images");
  return file;
}

std::vector<StoredImage> all_images() {
  std::vector<StoredImage> images;
  for (const std::string& id : image_ids()) {
    try {
      const ImageConfigFile file = read_config_file(id);
      const std::set<std::string> layers(file.diff_ids.begin(), file.diff_ids.end());
      StoredImage image{
          .id = id, .names = names_of(id), .created = file.created, .stored = time_stored(id)};
      image.labels = file.config.labels;
      for (const std::string& layer : layers) image.size += layer_size(layer);
      images.push_back(std::move(image));
    } catch (const std::exception& error) {
      warn({error.what()});  // removed since image_ids(), or damaged
    }
  }
  std::stable_sort(images.begin(), images.end(), [](const StoredImage& a, const StoredImage& b) {
    return std::tie(a.created, a.stored) > std::tie(b.created, b.stored);
  });
  return images;
}

std::string find_image_id(const std::string& reference) {
  std::string id = id_by_name(reference);
  if (id.empty()) id = id_by_digits(reference);
  if (id.empty()) {
    const std::string question = question_about_image(reference);
    throw Failure("No such image: " + reference, question.empty() ? "images lists them" : question);
  }
  return id;
}

void tag_image(const std::string& reference, const std::string& name) {
  const Staging staging;
  ImageIndex index(staging.path());
  index.tag(parse_reference(name).text(), find_image_id(reference));
}

}  // namespace stepbox
