// Finds containers by the names and ids that users type.
#include <algorithm>

#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/words/near_word.hpp"

namespace stepbox {

// The containers whose ids begin with `beginning`. Other records are not read.
static std::vector<Record> containers_with(const std::string& beginning) {
  const FileLock lock = lock_run_locks();
  std::vector<Record> records;
  for (const std::string& id : list_directory(store() + "/containers")) {
    if (!id.starts_with(beginning) || !exists(record_of(id))) continue;  // being created or removed
    Record record = read_or_empty(id);
    if (record.running && !is_run_lock_held(id)) {  // a reboot has emptied the run directory
      record.running = record.paused = false;
      record.status = kKilled;
      record.ended = record.started;  // or later: nothing recorded it
    }
    records.push_back(std::move(record));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.created > b.created; });
  return records;
}

std::vector<Record> all_containers() { return containers_with(""); }

Record find_container(const std::string& reference) {
  const std::string id = reference.find('/') == std::string::npos ? id_of_name(reference) : "";
  std::vector<Record> found;
  if (!reference.empty()) found = containers_with(id.empty() ? reference : id);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    const std::string question = question_about(reference, list_directory(store() + "/names"));
    throw NoSuchContainer("no such container: " + reference,
                          question.empty() ? "ps -a lists them" : question);
  }
  throw Failure(join({"more than one container's id begins with ", reference}), "give more of it");
}

std::vector<ImageUser> image_users() {
  std::vector<ImageUser> users;
  for (const Record& record : all_containers()) {
    users.push_back({record.image.id, record.id, record.running});
  }
  return users;
}

std::vector<VolumeUser> volume_users() {
  std::vector<VolumeUser> users;
  for (const Record& record : all_containers()) {
    if (record.created == 0) users.push_back({"", record.id});  // its record cannot be read
    for (const ContainerVolume& volume : record.options.volumes) {
      if (!volume.name.empty()) users.push_back({volume.name, record.id});
    }
  }
  return users;
}

}  // namespace stepbox
