#include "07-unionfs/images/old_archive.hpp"

#include <map>

#include "07-unionfs/images/image_json.hpp"
#include "common/id.hpp"

namespace stepbox {

// The `json` of a layer and of all below it, the topmost first.
static std::vector<Json> ancestry(const ArchiveFiles& files, const std::string& id) {
  constexpr size_t kMost = 1000;
  std::vector<Json> line;
  for (std::string next = id; !next.empty(); next = text_in(line.back(), "parent")) {
    if (!is_id(next)) throw Failure(join({"read the image: '", next, "' is no id of a layer"}));
    if (line.size() == kMost) throw Failure("read the image: its layers have no lowest one");
    const auto itself = [&](const Json& json) {
      required(json, "json", "id");
      return json;
    };
    line.push_back(read_json(files.text(next + "/json"), "json", itself));
    line.back()["id"] = next;
  }
  return line;
}

static ArchivedImage image_of(const ArchiveFiles& files, const std::string& id) {
  const std::vector<Json> line = ancestry(files, id);
  ArchivedImage image{.names = {}, .config = {}, .layers = {}};
  Json history = Json::array();
  for (auto layer = line.rbegin(); layer != line.rend(); ++layer) {
    image.layers.push_back({layer->at("id").get<std::string>() + "/layer.tar", ""});
    std::string made_by;
    for (const std::string& word : texts_in(member<Json>(*layer, "container_config"), "Cmd")) {
      made_by += (made_by.empty() ? "" : " ") + word;
    }
    history.push_back({{"created", text_in(*layer, "created")},
                       {"created_by", made_by},
                       {"comment", text_in(*layer, "comment")}});
  }
  Json config{{"config", member<Json>(line[0], "config")}, {"history", history}};
  for (const char* key : {"architecture", "os", "created", "author"}) {
    config[key] = text_in(line[0], key);
  }
  image.old_config = config.dump();
  return image;
}

std::vector<ArchivedImage> list_old_images(const ArchiveFiles& files) {
  using Repositories = std::map<std::string, std::map<std::string, std::string>>;
  return read_json(files.text("repositories"), "repositories", [&](const Json& json) {
    std::map<std::string, ArchivedImage> images;
    for (const auto& [name, tags] : json.get<Repositories>()) {
      for (const auto& [tag, id] : tags) {
        if (!images.contains(id)) images[id] = image_of(files, id);
        images[id].names.push_back(join({name, ":", tag}));
      }
    }
    if (images.empty()) throw Failure("no image in it: repositories names none");
    std::vector<ArchivedImage> list;
    for (auto& [id, image] : images) list.push_back(std::move(image));
    return list;
  });
}

std::string with_diff_ids(const std::string& old_config, const std::vector<std::string>& diff_ids) {
  Json config = Json::parse(old_config), ids = Json::array();
  for (const std::string& id : diff_ids) ids.push_back("sha256:" + id);
  config["rootfs"] = {{"type", "layers"}, {"diff_ids", ids}};
  return config.dump();
}

}  // namespace stepbox
