// Step 7. A value in a JSON document, with the path to it for messages. nlohmann/json.hpp takes 3 s
// to compile: include this only from the sources in oci/ that parse JSON.
//
//   const Json json = parse_document(text, "config.json");
//   const ConfigNode config(json, "config.json");
//   config.at("process").at("args").texts();
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONFIG_JSON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONFIG_JSON_HPP_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

using Json = nlohmann::json;

// Throws Failure for invalid JSON, `config.json: invalid JSON: line 3, column 7`, and for more than
// 100 levels of nesting: copying and destroying a value recurses.
Json parse_document(const std::string& text, const char* document);

// Refers to a value of a Json, which must outlive it, or to one that is missing. All readers return
// an empty value for a missing one and for null, and throw Failure for one of another type:
//   config.json: process.args: a list of strings is needed, found a number
class ConfigNode {
 public:
  // `document`, a literal, is the name in messages; `path` is that of `value` in it.
  ConfigNode(const Json& value, const char* document, const char* path = "")
      : value_(&value), document_(document) {
    if (*path) path_[depth_++] = {path, 0};
  }

  // False if it is missing, null, or an empty string.
  bool given() const;
  // This node; throws Failure unless it is given.
  const ConfigNode& needed() const;

  ConfigNode at(const char* key) const;
  std::map<std::string, ConfigNode> members() const;
  std::vector<ConfigNode> items() const;

  bool flag() const;
  std::string text() const;
  std::string absolute_path() const;
  std::vector<std::string> texts() const;
  std::vector<std::string> absolute_paths() const;
  std::vector<std::string> environment() const;  // each with a "="
  std::map<std::string, std::string> text_map() const;
  // Of an object; empty for {}. Members with a key in `without` are left out.
  std::string json(std::initializer_list<const char*> without = {}) const;

  // A whole number. Throws Failure for one that is not within the limits.
  template <class Number>
  Number number(Number low = std::numeric_limits<Number>::min(),
                Number high = std::numeric_limits<Number>::max()) const;

  std::string place() const;  // "config.json: linux.namespaces[2].type"
  // Throws Failure: the place, and what is wrong there.
  [[noreturn]] void refuse(Words problem) const;

 private:
  // On the way from the document to a value: a key, or an index in a list.
  struct Step {
    const char* key;
    size_t index;
  };
  ConfigNode child(const Step& step, const Json& value) const;
  // False for a missing value; refuses a wrong one, that is neither `right` nor missing.
  bool is(bool right, std::string_view kind) const;

  const Json* value_;
  const char* document_;
  std::array<Step, 8> path_;  // the text of it is only made for a message
  size_t depth_ = 0;
};

template <class Number>
Number ConfigNode::number(Number low, Number high) const {
  if (!is(value_->is_number_integer(), "a whole number")) return Number();
  const auto within = [&](auto number) {
    return std::cmp_less_equal(low, number) && std::cmp_less_equal(number, high);
  };
  // Those that are not negative are unsigned, the others fit into 64 bits with a sign.
  if (value_->is_number_unsigned() ? !within(value_->get<uint64_t>())
                                   : !within(value_->get<int64_t>())) {
    refuse({value_->dump(), " is not within ", std::to_string(low), " to ", std::to_string(high)});
  }
  return value_->get<Number>();
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONFIG_JSON_HPP_
