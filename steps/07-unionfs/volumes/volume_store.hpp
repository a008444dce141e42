// Step 7. The volumes of the store.
//
//   <store>/volumes/.new               a volume that is being made
//   <store>/volumes/NAME/_data         the files; mounted in containers
//   <store>/volumes/NAME/volume.json   StoredVolume
//   <store>/volumes/NAME/first         files of an image on their way to _data (volume_content.hpp)
//   <store>/volumes.lock               held while volumes are made, filled or removed
//
// A container that is being made holds a shared lock on the directory NAME of each of its volumes,
// until its record says which they are; then no process can remove them.
#ifndef STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_STORE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_STORE_HPP_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// Of the format of volume.json.
constexpr int kVolumeVersion = 1;

// Docker's label for a volume whose name was made up.
constexpr char kAnonymousLabel[] = "com.docker.volume.anonymous";

struct StoredVolume {
  std::string name;
  int64_t created = 0;  // seconds since 1970
  std::map<std::string, std::string> labels;
  std::string container;  // an anonymous volume: the id of the one that it was made for

  bool is_anonymous() const { return labels.contains(kAnonymousLabel); }
};

class NoSuchVolume : public Failure {
  using Failure::Failure;
};

// Throws Failure for a name that is not [a-zA-Z0-9][a-zA-Z0-9_.-]+.
void check_volume_name(const std::string& name);

std::string volume_directory(const std::string& name);  // <store>/volumes/NAME
std::string volume_data(const std::string& name);       // <store>/volumes/NAME/_data
FileLock lock_volumes();                                // volumes.lock

// Called by every verb: removes what a process left that was killed while it made a volume.
void sweep_volumes();

// All volumes, sorted by name. The volume of that name; throws NoSuchVolume.
std::vector<StoredVolume> all_volumes();
bool has_volume(const std::string& name);
StoredVolume find_volume(const std::string& name);

// Makes the volume unless there is one of that name. Returns a lock: nobody removes it until that
// is closed. Throws Failure for a bad name.
Fd use_volume(const StoredVolume& volume);

// A container that has a volume.
struct VolumeUser {
  std::string volume;     // empty: any, as nobody can read which
  std::string container;  // its id
};
// Given by the caller, as this room knows no containers. Called with volumes.lock held.
using ListVolumeUsers = std::vector<VolumeUser> (*)();

// Throws NoSuchVolume; Failure if containers other than `but_for` have it.
void remove_volume(const std::string& name, ListVolumeUsers list_users,
                   const std::string& but_for = {});

// Removes `volumes`, but for those that containers have. `names` of the removed: one a line.
struct PrunedVolumes {
  std::string names;
  int64_t bytes = 0;
};
PrunedVolumes prune_volumes(const std::vector<StoredVolume>& volumes, ListVolumeUsers list_users);

// rm -v, --rm: those of the anonymous `names` that no other container has.
void remove_anonymous_volumes(const std::vector<std::string>& names, ListVolumeUsers list_users,
                              const std::string& container);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VOLUMES_VOLUME_STORE_HPP_
