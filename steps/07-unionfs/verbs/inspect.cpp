// inspect: all that is known of containers and images, as JSON with docker's structure and keys.
#include "07-unionfs/verbs/inspect.hpp"

#include <nlohmann/json.hpp>

#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

std::string digest_of(const Image& image) {
  return image.id.empty() ? image.layers.at(0) : "sha256:" + image.id;
}

namespace {

// {"80/tcp": {}}: a set, as Go has it.
Json keys(const std::vector<std::string>& names) {
  Json set = Json::object();
  for (const std::string& name : names) set[name] = Json::object();
  return set;
}

}  // namespace

Json image_as_json(const Image& image) {
  const ImageConfig& config = image.config;
  StoredImage stored{.id = image.id, .names = {image.name}};  // a plain directory: no more is known
  for (StoredImage& candidate : all_images()) {
    if (candidate.id == image.id) stored = std::move(candidate);
  }
  return {{"Id", digest_of(image)},
          {"RepoTags", stored.names},
          {"Created", as_timestamp(stored.created)},
          {"Os", "linux"},
          {"Size", stored.size},
          {"Config",
           {{"User", config.user},
            {"ExposedPorts", keys(config.exposed_ports)},
            {"Env", config.env},
            {"Cmd", config.command},
            {"Volumes", keys(config.volumes)},
            {"WorkingDir", config.working_directory},
            {"Entrypoint", config.entrypoint},
            {"Labels", config.labels},
            {"StopSignal", config.stop_signal}}},
          {"GraphDriver",
           {{"Name", "overlay"}, {"Data", {{"LowerDir", lower_directories(image.layers)}}}}}};
}

namespace {

// Which objects a name may stand for.
struct ObjectType {
  std::string name;  // empty: any
};
void parse_value(const std::string& text, ObjectType& type) {
  if (text != "container" && text != "image") {
    throw Failure(join({"'", text, "' is no type of object"}), "container, image");
  }
  type.name = text;
}

// The object of that name. Throws Failure when there is none.
Json find_object(const std::string& reference, const std::string& type) {
  try {
    if (type != "image") return container_as_json(find_container(reference));
  } catch (const Failure& failure) {
    if (type == "container" || !std::string_view(failure.what()).starts_with("no such")) throw;
  }
  try {
    return image_as_json(find_image(reference));
  } catch (const Failure&) {
    throw Failure(join({"no such ", type.empty() ? "object" : type, ": ", reference}));
  }
}

}  // namespace

std::string lower_directories(const std::vector<std::string>& layers) {
  std::string text;
  for (const std::string& layer : layers) text += join({text.empty() ? "" : ":", layer});
  return text;
}

int verb_inspect(int argc, char** argv, Runner) {
  ObjectType type;
  Format format = Format::kTable;
  CommandLine cli("inspect [OPTIONS] NAME...", "inspect box | jq '.[].State'");
  cli.option("--type", "TYPE", type, "container or image: what the name stands for");
  cli.option("-f,--format", "FORMAT", format, "json: an object a line; else a list of them all");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("NAME");
  settle();
  Json objects = Json::array();
  const int status = for_each_container(references, [&](const std::string& reference) {
    objects.push_back(find_object(reference, type.name));
  });
  constexpr auto kReplace = Json::error_handler_t::replace;
  std::string text = objects.dump(4, ' ', false, kReplace) + "\n";
  if (format == Format::kJson) {
    text.clear();
    for (const Json& object : objects) text += object.dump(-1, ' ', false, kReplace) + "\n";
  }
  print(text);
  return status;
}

}  // namespace stepbox
