#include "07-unionfs/images/image_config.hpp"

#include <sys/utsname.h>
#include <time.h>

#include <algorithm>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/images/image_json.hpp"

namespace stepbox {

namespace {

// A set is written as {"80/tcp": {}}.
std::vector<std::string> keys_in(const Json& json, const char* key) {
  std::vector<std::string> keys;
  for (const auto& [name, nothing] : member<Json::object_t>(json, key)) keys.push_back(name);
  return keys;
}

Json as_set(const std::vector<std::string>& keys) {
  Json set = Json::object();
  for (const std::string& key : keys) set[key] = Json::object();
  return set;
}

// "2024-05-01T12:00:00.123456789+02:00" (RFC 3339) as seconds since 1970; 0 if it cannot be parsed.
int64_t seconds_of(const std::string& time) {
  struct tm parts {};
  const char* rest = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return 0;
  if (*rest == '.') rest += 1 + std::string_view(rest + 1).find_first_not_of("0123456789");
  struct tm zone {};
  const bool known = ::strptime(rest, "%z", &zone) != nullptr;
  const int64_t seconds = ::timegm(&parts) - (known ? zone.tm_gmtoff : 0);
  return std::max<int64_t>(seconds, 0);
}

// A text with a NUL would be cut by execve(2), silently.
void refuse_nul(const Json& value, const std::string& key) {
  if (value.is_string() && value.get_ref<const std::string&>().find('\0') != std::string::npos) {
    throw Failure(join({"read the image: its config has a NUL in ", key}));
  }
  if (!value.is_structured()) return;
  for (const Json& part : value) refuse_nul(part, key);
}

// The members that ImageConfig has no field for.
std::string others_in(const Json& json) {
  Json others = json.is_object() ? json : Json::object();
  for (const auto& [key, value] : json.items()) {
    refuse_nul(value, key);
    if (value.is_null()) others.erase(key);
  }
  for (const char* key : {"Env", "Cmd", "Entrypoint", "WorkingDir", "User", "StopSignal",
                          "ExposedPorts", "Volumes", "Labels"}) {
    others.erase(key);
  }
  return others.empty() ? "" : others.dump();
}

ImageConfig as_config(const Json& json) {
  return {.env = texts_in(json, "Env"),
          .command = texts_in(json, "Cmd"),
          .entrypoint = texts_in(json, "Entrypoint"),
          .working_directory = text_in(json, "WorkingDir"),
          .user = text_in(json, "User"),
          .stop_signal = text_in(json, "StopSignal"),
          .exposed_ports = keys_in(json, "ExposedPorts"),
          .volumes = keys_in(json, "Volumes"),
          .labels = member<std::map<std::string, std::string>>(json, "Labels"),
          .others = others_in(json)};
}

// Empty members are left out: the specification makes them optional.
Json as_json(const ImageConfig& config) {
  Json json = config.others.empty() ? Json::object() : Json::parse(config.others);
  const auto put = [&](const char* key, const auto& value) {
    if (!value.empty()) json[key] = value;
  };
  put("Env", config.env);
  put("Cmd", config.command);
  put("Entrypoint", config.entrypoint);
  put("WorkingDir", config.working_directory);
  put("User", config.user);
  put("StopSignal", config.stop_signal);
  put("ExposedPorts", as_set(config.exposed_ports));
  put("Volumes", as_set(config.volumes));
  put("Labels", config.labels);
  return json;
}

}  // namespace

ImageConfigFile parse_config_file(const std::string& text) {
  return read_json(text, "config", [](const Json& json) {
    ImageConfigFile file{
        .config = as_config(member<Json>(json, "config")),
        .diff_ids = required(required(json, "config", "rootfs"), "config's rootfs", "diff_ids"),
        .created = seconds_of(text_in(json, "created")),
        .author = text_in(json, "author"),
        .architecture = text_in(json, "architecture"),
        .os = text_in(json, "os"),
        .history = {}};
    for (std::string& id : file.diff_ids) id = hex_of_digest(id);
    for (const Json& line : member<Json::array_t>(json, "history")) {
      file.history.push_back({.created = seconds_of(text_in(line, "created")),
                              .created_by = text_in(line, "created_by"),
                              .comment = text_in(line, "comment"),
                              .empty_layer = member<bool>(line, "empty_layer")});
    }
    return file;
  });
}

std::string config_file_text(const ImageConfigFile& file) {
  Json diff_ids = Json::array(), history = Json::array();
  for (const std::string& id : file.diff_ids) diff_ids.push_back("sha256:" + id);
  for (const HistoryEntry& making : file.history) {
    Json line{{"created", as_timestamp(making.created)}};
    if (!making.created_by.empty()) line["created_by"] = making.created_by;
    if (!making.comment.empty()) line["comment"] = making.comment;
    if (making.empty_layer) line["empty_layer"] = true;
    history.push_back(line);
  }
  try {
    Json json{{"architecture", file.architecture},
              {"config", as_json(file.config)},
              {"created", as_timestamp(file.created)},
              {"history", history},
              {"os", file.os},
              {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}}};
    if (!file.author.empty()) json["author"] = file.author;
    return json.dump();
  } catch (const Json::exception&) {
    throw Failure("write the image config: a string in it is not UTF-8");
  }
}

std::vector<std::string> parse_texts(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    throw Failure(join({text, " is not a JSON list of strings"}), R"(["/bin/sh", "-c", "date"])");
  }
}

std::string own_architecture() {
  utsname machine;
  ::uname(&machine);
  constexpr std::pair<std::string_view, const char*> kNames[] = {
      {"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"armv7l", "arm"}};
  for (const auto& [kernels, images] : kNames) {
    if (kernels == machine.machine) return images;
  }
  return machine.machine;  // riscv64, s390x, ppc64le: uname(2) and images agree
}

}  // namespace stepbox
