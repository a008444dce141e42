// Step 7. JSON as images write it. A heavy header: for image_file.cpp and oci.cpp alone.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

using Json = nlohmann::json;

// Reads JSON by `read(json)`; what is not as it should be is a Failure. So is what nests deeper
// than any image does: to copy it takes a stack as deep.
template <class Read>
auto read_json(const std::string& text, const char* what, Read read) {
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > 100) throw Failure(join({"read the image: its ", what, " nests too deep"}));
    return true;
  };
  try {
    return read(Json::parse(text, check_depth));
  } catch (const Json::exception& error) {
    throw Failure(join({"read the image: its ", what, " is not as it should be"}), error.what());
  }
}

// A member that may be missing, or null, as docker writes what is empty.
template <class T>
T member(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? T() : found->get<T>();
}
inline constexpr auto text_in = member<std::string>;
inline constexpr auto texts_in = member<std::vector<std::string>>;

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_
