#include "07-unionfs/volumes/volume_filters.hpp"

#include <algorithm>

namespace stepbox {

static bool is_switched_on(const std::string& value) { return value == "true" || value == "1"; }

void parse_value(const std::string& text, VolumeFilter& filter) {
  const size_t equals = std::min(text.find('='), text.size());
  filter = {text.substr(0, equals), equals < text.size() ? text.substr(equals + 1) : ""};
  const bool known = filter.key == "dangling" || filter.key == "driver" || filter.key == "label" ||
                     filter.key == "name";
  if (!known || equals == text.size()) {
    throw Failure(join({"invalid filter '", text, "'"}), "dangling=, driver=, label= or name=");
  }
  if (filter.key == "dangling" && !is_switched_on(filter.value) && filter.value != "false" &&
      filter.value != "0") {
    throw Failure(join({"invalid filter '", text, "'"}), "dangling=true or dangling=false");
  }
}

static bool matches(const VolumeFilter& filter, const StoredVolume& volume, bool used) {
  const auto& [key, value] = filter;
  if (key == "dangling") return is_switched_on(value) != used;
  if (key == "driver") return value == "local";
  if (key == "name") return volume.name.find(value) != value.npos;
  const size_t equals = value.find('=');
  const auto label = volume.labels.find(value.substr(0, equals));
  return label != volume.labels.end() &&
         (equals == value.npos || label->second == value.substr(equals + 1));
}

bool matches(const std::vector<VolumeFilter>& filters, const StoredVolume& volume, bool used) {
  return std::all_of(filters.begin(), filters.end(), [&](const VolumeFilter& filter) {
    if (filter.key != "name") return matches(filter, volume, used);
    return std::any_of(filters.begin(), filters.end(), [&](const VolumeFilter& other) {
      return other.key == filter.key && matches(other, volume, used);
    });
  });
}

std::vector<StoredVolume> volumes_matching(const std::vector<VolumeFilter>& filters, bool anonymous,
                                           const std::vector<VolumeUser>& users) {
  std::vector<StoredVolume> volumes = all_volumes();
  std::erase_if(volumes, [&](const StoredVolume& volume) {
    const bool used = std::any_of(users.begin(), users.end(), [&](const VolumeUser& user) {
      return user.volume == volume.name;
    });
    return (anonymous && !volume.is_anonymous()) || !matches(filters, volume, used);
  });
  return volumes;
}

}  // namespace stepbox
