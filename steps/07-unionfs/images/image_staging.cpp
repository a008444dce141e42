#include "07-unionfs/images/image_staging.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/images/layer_unpack.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

std::string staging_lock() { return store() + "/staging.lock"; }

// syncfs(2), as a layer may have thousands of files.
void sync_all_below(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::syncfs(directory.get()) == -1) throw_errno({"sync ", path});
}

// Needs staging.lock exclusively: then no process is adding an image.
void sweep() {
  std::set<std::string> needed;
  for (const std::string& id : image_ids()) {
    for (const std::string& diff_id : read_config_file(id).diff_ids) needed.insert(diff_id);
  }
  for (const std::string& diff_id : list_directory(store() + "/layers")) {
    if (!needed.contains(diff_id)) remove_tree(layer_of(diff_id));
  }
  remove_tree(store() + "/staging");  // last: its existence makes the next verb sweep
}

}  // namespace

Staging::Staging() {
  make_directories(store());
  lock_ = lock_file(staging_lock(), LockRank::kStaging, Lock::kShared);
  make_directories(store() + "/staging", 0700);
  path_ = store() + "/staging/XXXXXX";
  if (!::mkdtemp(path_.data())) throw_errno({"make a directory ", path_});
}

Staging::~Staging() {
  try {
    remove_tree(path_);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
  lock_.release();
  sweep_staging();  // sweeps if this was the last Staging
}

std::string Staging::tree_of(const std::string& diff_id) const {
  const std::string staged = join({path_, "/", diff_id, "/tree"});
  return exists(staged) ? staged : layer_directory(diff_id);
}

std::string Staging::add_layer(const ArchiveFiles& files, const ImagePart& part,
                               const std::string& diff_id) {
  if (!exists(tree_of(diff_id))) return add_layer(files.open(part.file), part, diff_id);
  layers_.push_back(diff_id);
  return diff_id;
}

std::string Staging::add_layer(Blob tar, const ImagePart& part, const std::string& diff_id) {
  const std::string folder = path_ + "/new";
  const std::string tree = folder + "/tree";
  make_directories(folder, 0700);
  make_directories(tree);
  if (::chmod(tree.c_str(), 0755) == -1) throw_errno({"chmod ", tree});  // whatever the umask
  // A layer without an entry for its root directory has that of the layer below.
  if (!layers_.empty()) copy_directory_attributes(tree_of(layers_.back()), tree);
  const size_t digits = part.digest.empty() ? 64 : part.digest.size();
  const Unpacked unpacked = unpack(std::move(tar), folder, digits, "unpacking " + part.file);
  const bool torn = !part.digest.empty() && unpacked.blob_digest != part.digest;
  if (torn || (!diff_id.empty() && unpacked.diff_id != diff_id)) {
    throw Failure(join({"read the image: the layer ", part.file, " is damaged"}),
                  "its digest does not match");
  }
  if (diff_id.empty() && !unpacked.whole) {
    throw Failure(join({"read ", part.file, ": the archive is truncated"}),
                  "the end of the tar is missing");
  }
  create_file(folder + "/size", std::to_string(unpacked.size));
  if (exists(tree_of(unpacked.diff_id))) {
    remove_tree(folder);
  } else if (::rename(folder.c_str(), join({path_, "/", unpacked.diff_id}).c_str()) == -1) {
    throw_errno({"rename ", folder});
  }
  layers_.push_back(unpacked.diff_id);
  return unpacked.diff_id;
}

std::string Staging::publish(const std::string& image_file, const std::vector<std::string>& names) {
  const std::string id = sha256(image_file);
  create_file(path_ + "/image.json", image_file, 0600);
  sync_all_below(path_);
  ImageIndex index(path_);
  for (const std::string& diff_id : layers_) {
    index.add_layer(join({path_, "/", diff_id}), diff_id);
  }
  const bool is_new = index.add_image(path_ + "/image.json", id);
  try {
    for (const std::string& name : names) index.tag(name, id);
  } catch (...) {
    for (const std::string& name : names) {
      if (is_new && id_of_tag(name) == id) index.untag(name);
    }
    if (is_new) index.remove(id);
    throw;
  }
  layers_.clear();
  return id;
}

// A damaged image only causes a warning: the caller's own task does not depend on it.
void sweep_staging() try {
  if (!exists(store() + "/staging")) return;
  const Fd lock(::open(staging_lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock && try_lock(lock, staging_lock())) sweep();
} catch (const std::exception& error) {
  warn({error.what()});
}

}  // namespace stepbox
