#include "07-unionfs/oci/default_spec.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace stepbox {

using Json = nlohmann::ordered_json;

static Json mapping_of_root(unsigned id) {
  return Json::array({{{"containerID", 0}, {"hostID", id}, {"size", 1}}});
}

std::string default_spec(bool rootless) {
  if (!rootless) return kSpec;
  Json spec = Json::parse(kSpec);
  Json& linux = spec["linux"];
  linux.erase("resources");
  linux["uidMappings"] = mapping_of_root(::geteuid());
  linux["gidMappings"] = mapping_of_root(::getegid());
  for (Json& space : linux["namespaces"]) {
    if (space["type"] == "network") space["type"] = "user";
  }
  for (Json& mount : spec["mounts"]) {
    if (mount["type"] == "devpts") mount["options"].erase(5);  // gid=5 is not mapped
  }
  return spec.dump(2) + "\n";
}

}  // namespace stepbox
