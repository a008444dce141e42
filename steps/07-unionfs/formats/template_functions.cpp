#include "07-unionfs/formats/template_functions.hpp"

#include <algorithm>
#include <cstdio>

#include "07-unionfs/formats/table.hpp"
#include "common/error.hpp"

namespace stepbox::template_tree {

namespace {

using Arguments = std::vector<Json>;

[[noreturn]] void fail(Words what) { throw Failure(join({"template: ", join(what)})); }

bool is_capital(const std::string& name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
}

const std::string& text_of(const Json& value, std::string_view function) {
  if (!value.is_string()) fail({function, " takes a string, not ", as_go_text(value)});
  return value.get_ref<const std::string&>();
}

int64_t number_of(const Json& value, std::string_view function) {
  if (!value.is_number_integer()) fail({function, " takes a number, not ", as_go_text(value)});
  return value;
}

Json as_json(const Arguments& arguments) { return dump(arguments[0]); }

Json length(const Arguments& arguments) {
  const Json& value = arguments[0];
  if (value.is_string()) return text_of(value, "len").size();
  if (!value.is_structured()) fail({"len of ", as_go_text(value)});
  return value.size();
}

// The element at a number of a list, or at a key of a map: "" if there is none, as of a map of
// strings.
Json index(const Arguments& arguments) {
  Json value = arguments[0];
  for (size_t i = 1; i < arguments.size(); ++i) {
    const Json& key = arguments[i];
    if (value.is_object()) {
      value = value.value(text_of(key, "index"), Json(""));
    } else if (value.is_array()) {
      const int64_t at = number_of(key, "index");
      if (at < 0 || at >= static_cast<int64_t>(value.size())) {
        fail({"index out of range: ", std::to_string(at)});
      }
      value = Json(value[static_cast<size_t>(at)]);
    } else {
      fail({"index of ", value == "" ? "a missing entry" : as_go_text(value)});
    }
  }
  return value;
}

Json join_list(const Arguments& arguments) {
  const std::string& separator = text_of(arguments[1], "join");
  if (!arguments[0].is_array()) fail({"join takes a list, not ", as_go_text(arguments[0])});
  std::string text;
  for (const Json& item : arguments[0]) text += text_of(item, "join") + separator;
  return text.substr(0, text.size() - (text.empty() ? 0 : separator.size()));
}

Json split_text(const Arguments& arguments) {
  std::string_view rest = text_of(arguments[0], "split");
  const std::string& separator = text_of(arguments[1], "split");
  if (separator.empty()) fail({"split takes a separator"});
  Json parts = Json::array();
  for (size_t end; (end = rest.find(separator)) != rest.npos;) {
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + separator.size());
  }
  parts.push_back(rest);
  return parts;
}

// ASCII only.
Json changed(const Arguments& arguments, char first, char last, int offset) {
  std::string text = text_of(arguments[0], "upper, lower");
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + offset);
  }
  return text;
}
Json upper(const Arguments& arguments) { return changed(arguments, 'a', 'z', 'A' - 'a'); }
Json lower(const Arguments& arguments) { return changed(arguments, 'A', 'Z', 'a' - 'A'); }

// Go puts a space between two arguments if neither is a string.
Json print_all(const Arguments& arguments) {
  std::string text;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && !arguments[i - 1].is_string() && !arguments[i].is_string()) text += ' ';
    text += as_go_text(arguments[i]);
  }
  return text;
}

Json print_line(const Arguments& arguments) {
  std::string text;
  for (const Json& value : arguments) text += as_go_text(value) + " ";
  if (!text.empty()) text.pop_back();
  return text + "\n";
}

// One value by the rest of its verb: "-12s", ".3f". fmt (pkg.go.dev/fmt)
std::string formatted(const std::string& flags, char verb, const Json& value) {
  const bool decimals = flags.find('.') != flags.npos;
  char text[512];
  int length = 0;
  if (verb == 'd' || verb == 'x') {
    const long long number = number_of(value, "printf");
    length = std::snprintf(text, sizeof text, ("%" + flags + "ll" + verb).c_str(), number);
  } else if (verb == 'f' || verb == 'g' || verb == 'e') {
    if (!value.is_number()) fail({"printf takes a number, not ", as_go_text(value)});
    length = std::snprintf(text, sizeof text, ("%" + flags + verb).c_str(), value.get<double>());
  } else {
    std::string all = verb == 'q' ? dump(value) : as_go_text(value);
    if (decimals)
      all.resize(std::min(all.size(), std::stoul("0" + flags.substr(flags.find('.') + 1))));
    const size_t width = std::stoul("0" + flags.substr(flags.starts_with('-') ? 1 : 0));
    if (width >= sizeof text) fail({"printf: '%", flags, "' is too wide"});
    const std::string spaces(width > all.size() ? width - all.size() : 0, ' ');
    return flags.starts_with('-') ? all + spaces : spaces + all;
  }
  if (length < 0 || length >= static_cast<int>(sizeof text))
    fail({"printf: '%", flags, "' is too wide"});
  return std::string(text, static_cast<size_t>(length));
}

Json print_formatted(const Arguments& arguments) {
  std::string_view rest = text_of(arguments[0], "printf");
  std::string text;
  size_t next = 1;
  for (size_t percent; (percent = rest.find('%')) != rest.npos;) {
    text += rest.substr(0, percent);
    rest.remove_prefix(percent + 1);
    const size_t end = rest.find_first_not_of("+-0123456789.");
    if (end == rest.npos ||
        std::string_view("%vsqtdxfge").find(rest[end]) == std::string_view::npos) {
      fail({"printf does not know '%", rest.substr(0, end == rest.npos ? end : end + 1), "'"});
    }
    const std::string flags(rest.substr(0, end));
    if (flags.size() > 6) fail({"printf: '%", flags, "' is too wide"});
    if (rest[end] == '%') {
      text += '%';
    } else {
      if (next == arguments.size()) fail({"printf has too few values"});
      text += formatted(flags, rest[end], arguments[next++]);
    }
    rest.remove_prefix(end + 1);
  }
  if (next < arguments.size()) fail({"printf has too many values"});
  return text + std::string(rest);
}

bool is_less(const Json& a, const Json& b) {
  if (a.is_number() != b.is_number() || a.is_string() != b.is_string()) {
    fail({"cannot compare ", as_go_text(a), " with ", as_go_text(b)});
  }
  return a < b;
}

Json equal(const Arguments& arguments) {
  return std::find(arguments.begin() + 1, arguments.end(), arguments[0]) != arguments.end();
}
Json unequal(const Arguments& arguments) { return arguments[0] != arguments[1]; }
Json less(const Arguments& arguments) { return is_less(arguments[0], arguments[1]); }
Json at_most(const Arguments& arguments) { return !is_less(arguments[1], arguments[0]); }
Json greater(const Arguments& arguments) { return is_less(arguments[1], arguments[0]); }
Json at_least(const Arguments& arguments) { return !is_less(arguments[0], arguments[1]); }
Json negated(const Arguments& arguments) { return !is_true(arguments[0]); }

// The first argument that decides, else the last one.
Json all_of(const Arguments& arguments) {
  const auto decides = [](const Json& value) { return !is_true(value); };
  const auto found = std::find_if(arguments.begin(), arguments.end(), decides);
  return found == arguments.end() ? arguments.back() : *found;
}
Json any_of(const Arguments& arguments) {
  const auto found = std::find_if(arguments.begin(), arguments.end(), is_true);
  return found == arguments.end() ? arguments.back() : *found;
}

constexpr size_t kAny = 100;
struct Function {
  std::string_view name;
  size_t least, most;  // arguments
  Json (*call)(const Arguments& arguments);
};
constexpr Function kFunctions[] = {
    {"json", 1, 1, as_json},
    {"len", 1, 1, length},
    {"index", 1, kAny, index},
    {"join", 2, 2, join_list},
    {"split", 2, 2, split_text},
    {"upper", 1, 1, upper},
    {"lower", 1, 1, lower},
    {"print", 0, kAny, print_all},
    {"println", 0, kAny, print_line},
    {"printf", 1, kAny, print_formatted},
    {"eq", 2, kAny, equal},
    {"ne", 2, 2, unequal},
    {"lt", 2, 2, less},
    {"le", 2, 2, at_most},
    {"gt", 2, 2, greater},
    {"ge", 2, 2, at_least},
    {"not", 1, 1, negated},
    {"and", 1, kAny, all_of},
    {"or", 1, kAny, any_of},
};

const Function* find_function(const std::string& name) {
  for (const Function& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace

std::string as_go_text(const Json& value) {
  if (value.is_string()) return value;
  if (value.is_null()) return "<no value>";
  if (!value.is_structured()) return value.dump();
  const bool structure = value.is_object() && !value.empty() && is_capital(value.begin().key());
  std::string text;
  for (const auto& [key, item] : value.items()) {
    text += (value.is_object() && !structure ? key + ":" : "") + as_go_text(item) + " ";
  }
  if (!text.empty()) text.pop_back();
  if (value.is_array()) return "[" + text + "]";
  return structure ? "{" + text + "}" : "map[" + text + "]";
}

bool is_true(const Json& value) {
  if (value.is_boolean()) return value;
  if (value.is_number()) return value != 0;
  return value.is_string() ? value != "" : !value.empty();
}

Json field_of(const Json& value, const std::string& name) {
  if (value.is_object() && value.contains(name)) return value[name];
  if (value.is_object() && !is_capital(name)) return nullptr;
  if (!value.is_object()) fail({"no field '", name, "' in ", as_go_text(value)});
  std::string names;
  for (const auto& [key, item] : value.items()) names += (names.empty() ? "" : ", ") + key;
  throw Failure(join({"template: there is no field '", name, "'"}), "fields here: " + names);
}

bool has_function(const std::string& name) { return find_function(name) != nullptr; }

Json call_function(const std::string& name, const std::vector<Json>& arguments) {
  const Function& function = *find_function(name);
  if (arguments.size() < function.least || arguments.size() > function.most) {
    fail({name, " does not take ", std::to_string(arguments.size()), " values"});
  }
  return function.call(arguments);
}

}  // namespace stepbox::template_tree
