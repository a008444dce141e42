#include "07-unionfs/volumes/volume_store.hpp"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "common/deadline.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StoredVolume, name, created, labels, container)

namespace {

std::string record_path(const std::string& name) { return volume_directory(name) + "/volume.json"; }

StoredVolume read_volume(const std::string& name) {
  const std::string path = record_path(name);
  try {
    const auto json = nlohmann::json::parse(read_file(path));
    if (json.value("version", kVolumeVersion) > kVolumeVersion) {
      throw Failure(join({"read ", path, ": a newer version of stepbox wrote it"}), "use that one");
    }
    return json.get<StoredVolume>();
  } catch (const nlohmann::json::exception&) {
    throw Failure(join({"read ", path, ": not a record of a volume"}));
  }
}

std::string place_of_new() { return store() + "/volumes/.new"; }

// Made beside the others and renamed, so that a killed process leaves no part of a volume. With
// volumes.lock held.
void make_volume(const StoredVolume& volume) {
  const std::string fresh = place_of_new();
  remove_tree(fresh);
  make_directories(fresh, 0700);
  make_directories(fresh + "/_data");
  if (::chmod((fresh + "/_data").c_str(), 0755) == -1) throw_errno({"chmod ", fresh});  // umask
  nlohmann::json json(volume);
  json["version"] = kVolumeVersion;
  create_file(fresh + "/volume.json",
              json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  const std::string path = volume_directory(volume.name);
  if (::rename(fresh.c_str(), path.c_str()) == -1) throw_errno({"rename ", fresh, " to ", path});
}

bool is_volume_name(const std::string& name) {
  constexpr char kAllowed[] = "_.-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return name.size() > 1 && name.size() < 256 && name.find_first_not_of(kAllowed) == name.npos &&
         name.find_first_of("_.-") != 0;
}

}  // namespace

void check_volume_name(const std::string& name) {
  if (is_volume_name(name)) return;
  throw Failure(join({"'", name,
                      "' is no name of a volume: two letters or more of "
                      "[a-zA-Z0-9][a-zA-Z0-9_.-]"}),
                "a path of the host begins with / or ./");
}

std::string volume_directory(const std::string& name) { return store() + "/volumes/" + name; }
std::string volume_data(const std::string& name) { return volume_directory(name) + "/_data"; }

FileLock lock_volumes() {
  make_directories(store() + "/volumes", 0700);
  return lock_file(store() + "/volumes.lock", LockRank::kVolumes);
}

void sweep_volumes() {
  if (!exists(place_of_new())) return;
  const FileLock lock = lock_volumes();  // now no process makes one
  remove_tree(place_of_new());
}

std::vector<StoredVolume> all_volumes() {
  std::vector<StoredVolume> volumes;
  for (const std::string& name : list_directory(store() + "/volumes")) {
    try {
      volumes.push_back(read_volume(name));
    } catch (const std::exception& error) {
      if (exists(volume_directory(name))) warn({error.what()});  // not just removed
    }
  }
  return volumes;
}

bool has_volume(const std::string& name) {
  return is_volume_name(name) && exists(volume_directory(name));
}

static void check_exists(const std::string& name) {
  if (has_volume(name)) return;
  throw NoSuchVolume(join({"get ", name, ": no such volume"}), "volume ls lists them");
}

StoredVolume find_volume(const std::string& name) {
  check_exists(name);
  return read_volume(name);
}

Fd use_volume(const StoredVolume& volume) {
  check_volume_name(volume.name);
  const FileLock lock = lock_volumes();
  const std::string path = volume_directory(volume.name);
  if (!exists(path)) make_volume(volume);
  Fd directory = open_directory(path);
  if (try_lock(directory, path, Lock::kShared)) return directory;
  throw Failure(join({"use volume ", volume.name, ": another process has locked it"}), "try again");
}

static std::string ids_of(const std::vector<VolumeUser>& users, const std::string& volume,
                          const std::string& but_for) {
  std::string ids;
  for (const VolumeUser& user : users) {
    const bool has_it = user.volume == volume || user.volume.empty();
    if (!has_it || user.container == but_for) continue;
    ids += join({ids.empty() ? "" : ", ", short_id(user.container)});
  }
  return ids;
}

// Renamed into staging/, which is swept: a killed process leaves no part of a volume.
void remove_volume(const std::string& name, ListVolumeUsers list_users,
                   const std::string& but_for) {
  check_exists(name);
  const Staging staging;
  const FileLock lock = lock_volumes();
  check_exists(name);  // it may have been removed meanwhile
  const std::string path = volume_directory(name);
  const std::string users = ids_of(list_users(), name, but_for);
  const Fd directory = open_directory(path);
  // The children of a process that was killed while it made a container end a moment after it.
  const auto is_free = [&] { return try_lock(directory, path); };
  if (!users.empty() || !wait_until(1, is_free)) {
    throw Failure(join({"remove ", name, ": volume is in use - [",
                        users.empty() ? "a container that starts" : users, "]"}),
                  "rm removes a container");
  }
  if (::rename(path.c_str(), (staging.path() + "/volume").c_str()) == -1) {
    throw_errno({"remove ", path});
  }
}

PrunedVolumes prune_volumes(const std::vector<StoredVolume>& volumes, ListVolumeUsers list_users) {
  PrunedVolumes pruned;
  for (const StoredVolume& volume : volumes) {
    try {
      const int64_t size = size_of_tree(volume_data(volume.name));
      remove_volume(volume.name, list_users);
      pruned.bytes += size;
      pruned.names += volume.name + "\n";
    } catch (const Failure&) {
      // A container has it, or another process has removed it.
    } catch (const std::exception& error) {
      warn({error.what()});
    }
  }
  return pruned;
}

void remove_anonymous_volumes(const std::vector<std::string>& names, ListVolumeUsers list_users,
                              const std::string& container) {
  for (const std::string& name : names) {
    try {
      if (find_volume(name).is_anonymous()) remove_volume(name, list_users, container);
    } catch (const Failure&) {
      // Gone, or another container has it by --volumes-from: then it goes with that one.
    } catch (const std::exception& error) {
      warn({error.what()});
    }
  }
}

}  // namespace stepbox
