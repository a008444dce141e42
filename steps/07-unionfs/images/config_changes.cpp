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

// Words as in a shell: a blank in quotes or after a backslash is part of a word; in single quotes a
// backslash is itself.
std::vector<std::string> unquoted_words(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!quote && (c == ' ' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote || (!quote && (c == '"' || c == '\''))) {
      quote = quote ? '\0' : c;
      continue;
    }
    const bool escaped =
        c == '\\' && quote != '\'' && i + 1 < text.size() &&
        (!quote || text[i + 1] == '"' || text[i + 1] == '\\' || text[i + 1] == '$');
    if (escaped) c = text[++i];
    words.back() += c;
  }
  if (quote) throw Failure(join({"'", text, "' has a quote without an end"}));
  return words;
}

// NAME=VALUE NAME=VALUE, or NAME VALUE; quotes are removed.
std::vector<std::pair<std::string, std::string>> pairs_of(const std::string& text) {
  const std::vector<std::string> words = unquoted_words(text);
  const auto refuse = [&] { throw Failure(join({"'", text, "' is not NAME=VALUE"})); };
  if (words.empty() || (words.size() == 1 && words[0].find('=') == text.npos)) refuse();
  std::vector<std::pair<std::string, std::string>> pairs;
  if (words[0].find('=') == text.npos) {
    const std::string value = trimmed(text.substr(text.find_first_of(" \t")));
    const std::vector<std::string> quoted = unquoted_words(value);
    return {{words[0], quoted.size() == 1 ? quoted[0] : value}};
  }
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) refuse();
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
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

void apply_change(const std::string& change, ImageConfig& config, bool& has_command) {
  const std::string line = trimmed(change);
  const size_t blank = std::min(line.find_first_of(" \t"), line.size());
  const std::string word = in_upper_case(line.substr(0, blank));
  const std::string rest = trimmed(line.substr(blank));
  if (rest.empty()) {
    throw Failure(join({"'", change, "' is not a change"}), "CMD date, ENV NAME=VALUE");
  }
  if (word == "CMD") {
    config.command = command_of(rest);
    has_command = true;
  } else if (word == "ENTRYPOINT") {
    config.entrypoint = command_of(rest);
    if (!has_command) config.command.clear();
  } else if (word == "ENV") {
    for (const auto& [name, value] : pairs_of(rest)) set_variable(config.env, name, value);
  } else if (word == "EXPOSE") {
    for (const std::string& port : words_of(rest)) add(config.exposed_ports, {port_of(port)});
  } else if (word == "LABEL") {
    for (const auto& [name, value] : pairs_of(rest)) config.labels[name] = value;
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

}  // namespace

void apply_changes(const std::vector<std::string>& changes, ImageConfig& config) {
  bool has_command = false;
  for (const std::string& change : changes) apply_change(change, config, has_command);
}

}  // namespace stepbox
