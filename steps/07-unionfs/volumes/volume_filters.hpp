// Step 7. The filters of `volume ls` and `volume prune`.
#ifndef STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_FILTERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_FILTERS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/volumes/volume_store.hpp"

namespace stepbox {

// One -f KEY=VALUE, with docker's meaning:
//   dangling=true      no container has it
//   driver=local       always so
//   label=KEY[=VALUE]
//   name=web           a part of its name
struct VolumeFilter {
  std::string key;
  std::string value;
};
void parse_value(const std::string& text, VolumeFilter& filter);  // throws Failure

// Whether all filters match; of several names one must.
bool matches(const std::vector<VolumeFilter>& filters, const StoredVolume& volume, bool used);

// The volumes that match, sorted by name; with `anonymous` only those whose names were made up.
std::vector<StoredVolume> volumes_matching(const std::vector<VolumeFilter>& filters, bool anonymous,
                                           const std::vector<VolumeUser>& users = {});

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_FILTERS_HPP_
