#include "07-unionfs/images/image_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

std::string image_file_of(const std::string& id) {
  return join({store(), "/images/", id, ".json"});
}

std::string tag_of(std::string name) {
  std::replace(name.begin(), name.end(), '/', '%');
  return store() + "/tags/" + name;
}

// Makes renames in a directory durable (fsync(2)).
void sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) == -1) throw_errno({"sync ", path});
}

void rename_to(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == -1) throw_errno({"rename ", from, " to ", to});
}

}  // namespace

std::string layer_of(const std::string& diff_id) { return store() + "/layers/" + diff_id; }
std::string layer_directory(const std::string& diff_id) { return layer_of(diff_id) + "/tree"; }

std::string empty_layer_directory() {
  make_directories(store() + "/empty");
  return store() + "/empty";
}

int64_t layer_size(const std::string& diff_id) {
  const std::string path = layer_of(diff_id) + "/size";
  return exists(path) ? parse_number(read_file(path)).value_or(0) : 0;
}

ImageConfigFile read_config_file(const std::string& id) {
  return parse_config_file(read_config_text(id));
}
std::vector<std::string> diff_ids_of(const std::string& id) try {
  return read_config_file(id).diff_ids;
} catch (const std::exception& error) {
  warn({error.what()});
  return {};
}
std::string read_config_text(const std::string& id) { return read_file(image_file_of(id)); }

int64_t time_stored(const std::string& id) {
  struct stat status {};
  ::stat(image_file_of(id).c_str(), &status);
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::vector<std::string> image_ids() {
  std::vector<std::string> ids;
  for (const std::string& name : list_directory(store() + "/images")) {
    if (name.size() > 5 && is_id(name.substr(0, name.size() - 5))) {
      ids.push_back(name.substr(0, name.size() - 5));
    }
  }
  return ids;
}

std::string id_of_tag(const std::string& name) { return read_link(tag_of(name)); }

std::vector<std::string> names_of(const std::string& id) {
  std::vector<std::string> names;
  for (std::string name : list_directory(store() + "/tags")) {
    std::replace(name.begin(), name.end(), '%', '/');
    if (id_of_tag(name) == id) names.push_back(name);
  }
  return names;
}

Fd hold_image(const std::string& id, Lock lock) {
  const std::string path = image_file_of(id);
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file && !try_lock(file, path, lock)) file.close();
  return file;
}

ImageIndex::ImageIndex(const std::string& staging) : staging_(staging) {
  for (const char* folder : {"/images", "/tags", "/layers"}) {
    make_directories(store() + folder, 0700);
  }
  lock_ = lock_file(store() + "/images.lock", LockRank::kImages);
}

// symlink(2) does not replace a link; rename(2) does, atomically.
void ImageIndex::tag(const std::string& name, const std::string& id) {
  const std::string fresh = staging_ + "/tag";
  if (::symlink(id.c_str(), fresh.c_str()) == -1) throw_errno({"tag ", name});
  rename_to(fresh, tag_of(name));
  sync_directory(store() + "/tags");
}

void ImageIndex::add_layer(const std::string& staged, const std::string& diff_id) {
  if (!exists(staged) || exists(layer_of(diff_id))) return;
  rename_to(staged, layer_of(diff_id));
  sync_directory(store() + "/layers");
}

bool ImageIndex::add_image(const std::string& staged, const std::string& id) {
  const bool is_new = !exists(image_file_of(id));
  rename_to(staged, image_file_of(id));
  sync_directory(store() + "/images");
  return is_new;
}

void ImageIndex::untag(const std::string& name) { ::unlink(tag_of(name).c_str()); }

void ImageIndex::remove(const std::string& id) {
  if (::unlink(image_file_of(id).c_str()) == -1) throw_errno({"remove image ", id});
}

}  // namespace stepbox
