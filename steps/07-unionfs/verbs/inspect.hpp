// Step 7. The parts of inspect.
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_INSPECT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_INSPECT_HPP_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "07-unionfs/containers/container.hpp"

namespace stepbox {

using Json = nlohmann::ordered_json;

Json container_as_json(const Record& record);
Json image_as_json(const Image& image);
Json network_as_json(const NamedNetwork& network);  // (network_show.cpp)

// NetworkSettings of a container, and its ports as the user gave them or as they are bound.
// (inspect_networks.cpp)
Json network_settings_as_json(const Record& record);
Json ports_as_json(const std::vector<PublishedPort>& ports, bool asked);
Json stored_volume_as_json(const StoredVolume& volume);  // (volume.cpp)

// "/upper:/lower": layers, the uppermost first, as overlay's option `lowerdir` names them.
std::string lower_directories(const std::vector<std::string>& layers);

// {"80/tcp": {}}: how Go writes a set.
Json as_set(const std::vector<std::string>& names);

// "sha256:…"; of a plain directory its path.
std::string digest_of(const Image& image);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VERBS_INSPECT_HPP_
