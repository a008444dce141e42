// inspect: shows containers, images, networks and volumes as JSON with docker's structure and keys.
#include "07-unionfs/verbs/inspect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

std::string digest_of(const Image& image) {
  return image.id.empty() ? image.layers.at(0) : "sha256:" + image.id;
}

Json as_set(const std::vector<std::string>& names) {
  Json set = Json::object();
  for (const std::string& name : names) set[name] = Json::object();
  return set;
}

// With the members that stepbox only keeps, such as Healthcheck.
Json config_as_json(const ImageConfig& config) {
  Json json = config.others.empty() ? Json::object() : Json::parse(config.others);
  json.update(Json{{"User", config.user},
                   {"ExposedPorts", as_set(config.exposed_ports)},
                   {"Env", config.env},
                   {"Cmd", config.command},
                   {"Volumes", as_set(config.volumes)},
                   {"WorkingDir", config.working_directory},
                   {"Entrypoint", config.entrypoint},
                   {"Labels", config.labels},
                   {"StopSignal", config.stop_signal}});
  return json;
}

Json image_as_json(const Image& image) {
  const ImageConfig& config = image.config;
  StoredImage stored{.id = image.id, .names = {image.name}};  // a plain directory has no more
  for (StoredImage& candidate : all_images()) {
    if (candidate.id == image.id) stored = std::move(candidate);
  }
  ImageConfigFile file;
  if (!image.id.empty()) file = read_config_file(image.id);
  Json layers = Json::array();
  for (const std::string& digest : file.diff_ids) layers.push_back("sha256:" + digest);
  return {{"Id", digest_of(image)},
          {"RepoTags", stored.names},
          {"RepoDigests", Json::array()},  // they are not kept
          {"Created", as_timestamp(stored.created)},
          {"Author", file.author},
          {"Architecture", file.architecture.empty() ? own_architecture() : file.architecture},
          {"Os", "linux"},
          {"Size", stored.size},
          {"Config", config_as_json(config)},
          {"RootFS", {{"Type", "layers"}, {"Layers", layers}}},
          {"GraphDriver",
           {{"Name", "overlay"}, {"Data", {{"LowerDir", lower_directories(image.layers)}}}}}};
}

namespace {

// --type: the objects that a name may refer to.
struct ObjectType {
  std::string name;  // empty: any
};
void parse_value(const std::string& text, ObjectType& type) {
  constexpr const char* kTypes[] = {"container", "image", "network", "volume"};
  if (std::find(std::begin(kTypes), std::end(kTypes), text) == std::end(kTypes)) {
    throw Failure(join({"'", text, "' is no type of object"}), "container, image, network, volume");
  }
  type.name = text;
}

// The object of that name: a container, an image, a network or a volume. Throws Failure if there is
// none.
Json find_object(const std::string& reference, const std::string& type) {
  if (type == "volume") return stored_volume_as_json(find_volume(reference));
  try {
    if (type == "network") return network_as_json(find_network(reference));
    if (type != "image") return container_as_json(find_container(reference));
  } catch (const NoSuchContainer&) {
    if (type == "container") throw;
  }
  try {
    return image_as_json(find_image(reference));
  } catch (const NoSuchImage&) {
    if (type.empty() && has_network(reference)) return network_as_json(find_network(reference));
    if (type.empty() && has_volume(reference)) return find_object(reference, "volume");
    throw Failure(join({"no such ", type.empty() ? "object" : type, ": ", reference}));
  }
}

}  // namespace

std::string lower_directories(const std::vector<std::string>& layers) {
  std::string text;
  for (const std::string& layer : layers) text += join({text.empty() ? "" : ":", layer});
  return text;
}

int verb_inspect(int argc, char** argv) {
  ObjectType type;
  Format format;
  VerbLine cli("inspect [OPTIONS] NAME...", "inspect box | jq '.[].State'");
  cli.option("--type", "TYPE", type, "Look for a container, image, network or volume only");
  cli.option("-f,--format", "FORMAT", format,
             "Output format: json for one object a line, or a Go template (a list)");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("NAME");
  recover_crashed_containers();
  Json objects = Json::array();
  std::string text;
  const int status = for_each_of(references, [&](const std::string& reference) {
    Json object = find_object(reference, type.name);
    if (format.is_given()) {
      text += format.object(object);
    } else {
      objects.push_back(std::move(object));
    }
  });
  if (!format.is_given()) text = objects.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
  print(text);
  return status;
}

}  // namespace stepbox
