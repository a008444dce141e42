// Step 7. The JSON of images. nlohmann/json.hpp takes 3 s to compile: include it only from the
// sources in images/ that parse JSON.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

using Json = nlohmann::json;

// Parses `text` and returns `read(json)`. Throws Failure for invalid JSON, for a member of the
// wrong type, and for more than 100 levels of nesting: copying and destroying a value recurses.
// `what` names the text in messages: "config".
template <class Read>
auto read_json(const std::string& text, const char* what, Read read) {
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > 100) throw Failure(join({"read the image: its ", what, " nests too deep"}));
    return true;
  };
  try {
    return read(Json::parse(text, check_depth));
  } catch (const Json::parse_error& error) {
    throw Failure(join({"read the image: its ", what, " is not JSON"}),
                  "wrong at byte " + std::to_string(error.byte));
  } catch (const Json::exception&) {
    throw Failure(join({"read the image: its ", what, " is invalid"}),
                  "a value in it has the wrong type");
  }
}

// A member that must be there. Throws Failure, which names it.
inline const Json& required(const Json& json, const char* what, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (found != json.end() && !found->is_null()) return *found;
  throw Failure(join({"read the image: its ", what, " has no ", key}));
}

// An optional member: missing and null (docker writes null for empty lists) give T().
template <class T>
T member(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? T() : found->get<T>();
}
inline constexpr auto text_in = member<std::string>;
inline constexpr auto texts_in = member<std::vector<std::string>>;

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_JSON_HPP_
