#include "07-unionfs/resources/config_json.hpp"

#include <algorithm>

namespace stepbox {

// `byte` counts the characters that have been read, with the one that is wrong.
static std::string position(const std::string& text, size_t byte) {
  const std::string_view before(text.data(),
                                std::min(text.size(), byte - std::min(byte, size_t{1})));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0
  return join({"line ", std::to_string(lines + 1), ", column ", std::to_string(column + 1)});
}

Json parse_document(const std::string& text, const char* document) {
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > 100) throw Failure(join({document, ": nests too deep"}));
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::parse_error& error) {
    throw Failure(join({document, ": invalid JSON: ", position(text, error.byte)}));
  } catch (const Json::exception&) {
    throw Failure(join({document, ": invalid JSON: a number is too large"}));
  }
}

static std::string kind_of(const Json& value) {
  if (value.is_boolean() || value.is_number_float()) return value.dump();
  return value.is_object()   ? "an object"
         : value.is_array()  ? "a list"
         : value.is_string() ? "a string"
                             : "a number";
}

std::string ConfigNode::place() const {
  std::string text = document_;
  for (size_t i = 0; i < depth_; ++i) {
    const auto& [key, index] = path_[i];
    text += i == 0 ? ": " : key ? "." : "";
    text += key ? key : join({"[", std::to_string(index), "]"});
  }
  return text;
}

void ConfigNode::refuse(Words problem) const {
  throw Failure(join({place(), ": ", join(problem)}));
}

bool ConfigNode::is(bool right, std::string_view kind) const {
  if (!right && !value_->is_null()) refuse({kind, " is needed, found ", kind_of(*value_)});
  return right;
}

bool ConfigNode::given() const {
  return !value_->is_null() && !(value_->is_string() && text().empty());
}

const ConfigNode& ConfigNode::needed() const {
  if (!given()) refuse({"must be given"});
  return *this;
}

ConfigNode ConfigNode::child(const Step& step, const Json& value) const {
  ConfigNode node = *this;
  node.value_ = &value;
  node.path_.at(node.depth_++) = step;
  return node;
}

ConfigNode ConfigNode::at(const char* key) const {
  static const Json kMissing;
  const bool has = is(value_->is_object(), "an object") && value_->contains(key);
  return child({key, 0}, has ? value_->at(key) : kMissing);
}

std::map<std::string, ConfigNode> ConfigNode::members() const {
  std::map<std::string, ConfigNode> all;
  is(value_->is_object(), "an object");
  for (const auto& [key, value] : value_->items()) all.emplace(key, child({key.c_str(), 0}, value));
  return all;
}

std::vector<ConfigNode> ConfigNode::items() const {
  std::vector<ConfigNode> all;
  is(value_->is_array(), "a list");
  for (const Json& value : *value_) {
    all.push_back(child({nullptr, all.size()}, value));
  }
  return all;
}

bool ConfigNode::flag() const {
  return is(value_->is_boolean(), "true or false") && value_->get<bool>();
}

std::string ConfigNode::text() const {
  if (!is(value_->is_string(), "a string")) return "";
  std::string text = value_->get<std::string>();
  // The kernel would see the part before it, and we would have checked the whole.
  if (text.find('\0') != std::string::npos) refuse({"a NUL is in the string"});
  return text;
}

std::string ConfigNode::absolute_path() const {
  std::string path = text();
  if (!path.empty() && path[0] != '/') refuse({"'", path, "' is no absolute path"});
  return path;
}

std::vector<std::string> ConfigNode::texts() const {
  is(value_->is_array(), "a list of strings");
  std::vector<std::string> all;
  for (const Json& value : *value_) all.push_back(child({nullptr, all.size()}, value).text());
  return all;
}

std::vector<std::string> ConfigNode::absolute_paths() const {
  std::vector<std::string> all;
  for (const ConfigNode& item : items()) all.push_back(item.needed().absolute_path());
  return all;
}

std::vector<std::string> ConfigNode::environment() const {
  std::vector<std::string> all = texts();
  for (const ConfigNode& item : items()) {
    if (item.text().find('=') == std::string::npos) {
      item.refuse({"'", item.text(), "' is not NAME=VALUE"});
    }
  }
  return all;
}

std::map<std::string, std::string> ConfigNode::text_map() const {
  std::map<std::string, std::string> all;
  for (const auto& [key, value] : members()) all[key] = value.text();
  return all;
}

std::string ConfigNode::json(std::initializer_list<const char*> without) const {
  is(value_->is_object(), "an object");
  if (value_->empty()) return "";
  std::string text;
  for (const auto& [key, value] : value_->items()) {
    if (std::find(without.begin(), without.end(), key) != without.end()) continue;
    text += join({text.empty() ? "" : ",", Json(key).dump(), ":", value.dump()});
  }
  return join({"{", text, "}"});
}

}  // namespace stepbox
