#include "07-unionfs/images/config_changes.hpp"

#include <algorithm>
#include <filesystem>

#include "07-unionfs/images/image_config.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A JSON list, or words.
std::vector<std::string> words_of(const std::string& text) {
  return text.front() == '[' ? parse_texts(text) : words_in(text);
}

// A JSON list is the command itself; other text is a line for /bin/sh -c.
std::vector<std::string> command_of(const std::string& text) {
  if (text.front() == '[') return parse_texts(text);
  return {"/bin/sh", "-c", text};
}

// NAME=VALUE, or NAME VALUE; quotes around the value are removed.
std::pair<std::string, std::string> pair_of(const std::string& text) {
  const size_t end = text.find_first_of("= ");
  if (end == text.npos || end == 0) throw Failure(join({"'", text, "' is not NAME=VALUE"}));
  std::string value = trimmed(text.substr(end + 1));
  if (value.size() > 1 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return {text.substr(0, end), value};
}

void set_variable(std::vector<std::string>& env, const std::string& name,
                  const std::string& value) {
  std::erase_if(env, [&](const std::string& old) { return old.starts_with(name + "="); });
  env.push_back(join({name, "=", value}));
}

void add(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& word : more) {
    if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
  }
}

std::string port_of(const std::string& text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const auto number = parse_number(text.substr(0, slash));
  const std::string kind = slash == text.size() ? "/tcp" : text.substr(slash);
  if (!number || *number < 1 || *number > 65535 || (kind != "/tcp" && kind != "/udp")) {
    throw Failure(join({"'", text, "' is not a port"}), "80, 80/tcp, 53/udp");
  }
  return std::to_string(*number) + kind;
}

}  // namespace

void apply_change(const std::string& change, ImageConfig& config) {
  const std::string line = trimmed(change);
  const size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string word = in_upper_case(line.substr(0, blank));
  const std::string rest = trimmed(line.substr(blank));
  if (rest.empty()) {
    throw Failure(join({"'", change, "' is not a change"}), "CMD date, ENV NAME=VALUE");
  }
  if (word == "CMD") {
    config.command = command_of(rest);
  } else if (word == "ENTRYPOINT") {
    config.entrypoint = command_of(rest);
  } else if (word == "ENV") {
    const auto [name, value] = pair_of(rest);
    set_variable(config.env, name, value);
  } else if (word == "EXPOSE") {
    for (const std::string& port : words_of(rest)) add(config.exposed_ports, {port_of(port)});
  } else if (word == "LABEL") {
    const auto [name, value] = pair_of(rest);
    config.labels[name] = value;
  } else if (word == "STOPSIGNAL") {
    config.stop_signal = rest;
  } else if (word == "USER") {
    config.user = rest;
  } else if (word == "VOLUME") {
    add(config.volumes, words_of(rest));
  } else if (word == "WORKDIR") {
    config.working_directory =
        (std::filesystem::path("/") / config.working_directory / rest).lexically_normal().string();
  } else {
    throw Failure(join({"unknown change ", word}),
                  "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR");
  }
}

}  // namespace stepbox
