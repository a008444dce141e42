// Step 7. The filters of `images -f`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_IMAGE_FILTERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_IMAGE_FILTERS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/image.hpp"

namespace stepbox {

// One -f KEY=VALUE, with docker's meaning:
//   dangling=true        has no name
//   label=KEY[=VALUE]
//   reference=*box:1.*   a pattern (fnmatch(3)) of NAME or NAME:TAG
//   before=, since=      made before or after this image
struct ImageFilter {
  std::string key;
  std::string value;
  int64_t created = 0;  // of the image that before= or since= names
};
void parse_value(const std::string& text, ImageFilter& filter);  // throws Failure

// Looks up what before= and since= name in `images`. Throws Failure.
void resolve(std::vector<ImageFilter>& filters, const std::vector<StoredImage>& images);

// Whether all filters match the image, and its name NAME:TAG; empty: it has none.
bool matches(const std::vector<ImageFilter>& filters, const StoredImage& image,
             const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_IMAGE_FILTERS_HPP_
