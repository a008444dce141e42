#include "07-unionfs/formats/image_filters.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "common/error.hpp"

namespace stepbox {

void parse_value(const std::string& text, ImageFilter& filter) {
  const size_t equals = text.find('=');
  filter = {text.substr(0, equals), equals == text.npos ? "" : text.substr(equals + 1)};
  constexpr const char* kKeys[] = {"before", "dangling", "label", "reference", "since"};
  if (equals == text.npos ||
      std::find(std::begin(kKeys), std::end(kKeys), filter.key) == std::end(kKeys)) {
    throw Failure(join({"'", text, "' is no filter"}),
                  "before=, dangling=, label=, reference= or since=");
  }
  if (filter.key == "dangling" && filter.value != "true" && filter.value != "false") {
    throw Failure(join({"'", filter.value, "' is neither true nor false"}));
  }
}

void resolve(std::vector<ImageFilter>& filters, const std::vector<StoredImage>& images) {
  for (ImageFilter& filter : filters) {
    if (filter.key != "before" && filter.key != "since") continue;
    const std::string id = find_image_id(filter.value);
    for (const StoredImage& image : images) {
      if (image.id == id) filter.created = image.created;
    }
  }
}

static bool has_label(const StoredImage& image, const std::string& wanted) {
  const size_t equals = wanted.find('=');
  const auto label = image.labels.find(wanted.substr(0, equals));
  if (label == image.labels.end()) return false;
  return equals == wanted.npos || label->second == wanted.substr(equals + 1);
}

static bool is_like(const std::string& name, const std::string& pattern) {
  const std::string repository = name.substr(0, name.rfind(':'));
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0 ||
         ::fnmatch(pattern.c_str(), repository.c_str(), FNM_PATHNAME) == 0;
}

static bool matches(const ImageFilter& filter, const StoredImage& image, const std::string& name) {
  if (filter.key == "dangling") return name.empty() == (filter.value == "true");
  if (filter.key == "label") return has_label(image, filter.value);
  if (filter.key == "reference") return !name.empty() && is_like(name, filter.value);
  return filter.key == "before" ? image.created < filter.created : image.created > filter.created;
}

bool matches(const std::vector<ImageFilter>& filters, const StoredImage& image,
             const std::string& name) {
  return std::all_of(filters.begin(), filters.end(), [&](const ImageFilter& filter) {
    // Of several references one is enough.
    return std::any_of(filters.begin(), filters.end(), [&](const ImageFilter& other) {
      const bool same = &other == &filter || (filter.key == "reference" && other.key == filter.key);
      return same && matches(other, image, name);
    });
  });
}

}  // namespace stepbox
