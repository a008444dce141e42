#include "07-unionfs/storage/overlay.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/progress.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"

namespace stepbox {

namespace {

// The options of an overlay mount. mount(2) takes one page of them, and the names of 128 layers are
// longer: the kernel gets descriptors, who reads --explain the names.
class MountOptions {
 public:
  void add(const std::string& option, const std::string& directory) {
    const std::string separator = option != last_ ? (last_.empty() ? "" : ",") + option + "=" : ":";
    last_ = option;
    opened_.emplace_back(directory, "/");
    data_ += separator + opened_.back().handle();
    shown_ += separator + directory;
  }
  void flag(const std::string& name) {
    data_ += "," + name;
    shown_ += "," + name;
  }
  void mount_on(const std::string& directory) const;

 private:
  std::string last_, data_, shown_;
  std::vector<MountPoint> opened_;
};

void MountOptions::mount_on(const std::string& directory) const {
  const MountPoint target(directory, "/");
  explain({"mount -t overlay -o ", quoted(shown_), " stepbox ", quoted(directory)});
  if (::mount(kMountSource, target.handle().c_str(), "overlay", 0, data_.c_str()) == 0) return;
  const std::system_error error(errno, std::generic_category(), "mount overlay on " + directory);
  if (error.code() == std::errc::no_such_device) {
    throw Failure(error.what(), "this kernel has no overlay: modprobe overlay, or --storage copy");
  }
  if (error.code() == std::errc::invalid_argument) {
    throw Failure(error.what(),
                  "is the store on an overlay itself? --root on another file system, "
                  "or --storage copy");
  }
  if (error.code() == std::errc::operation_not_permitted && ::geteuid() == 0) {
    throw Failure(error.what(),
                  "not in a user namespace of this kernel (since Linux 5.11): --storage copy");
  }
  throw error;
}

}  // namespace

Overlay::Overlay(const std::vector<std::string>& layers, const std::string& directory,
                 const StorageOptions& options, bool for_container)
    : options_(options), layers_(layers), directory_(directory) {
  if (layers_.empty()) throw Failure("no layers: the container's record cannot be read");
  if (options_.kind == StorageKind::kCopy) {
    root_ = directory + "/rootfs";
    if (!exists(root_)) copy_layers();  // else a second start: with the changes of the first
  } else {
    root_ = directory + "/merged";
    make_own_layer();
  }
  if (for_container && options_.user_namespace && ::geteuid() == 0) shift();
}

void Overlay::make_own_layer() const {
  for (const char* name : {"/upper", "/work", "/merged"}) {
    explain({"mkdir -p ", quoted(directory_), name});
    make_directories(directory_ + name);
  }
  // A second start: what was mounted `volatile` says so in there, and is refused after a crash.
  if (options_.remove && exists(directory_ + "/work/work")) remove_tree(directory_ + "/work/work");
  // The upper layer's own directory is the container's `/`: it looks like the image's.
  struct stat status;
  if (::stat(layers_[0].c_str(), &status) == -1) throw_errno({"open image ", layers_[0]});
  const std::string upper = directory_ + "/upper";
  if (::chmod(upper.c_str(), status.st_mode & 07777) == -1) throw_errno({"chmod ", upper});
}

// From here on all is where the container will find it, and where that may look.
void Overlay::shift() {
  shifted_.emplace();
  const std::string directory = shifted_->add(directory_);
  root_ = directory + root_.substr(directory_.size());
  directory_ = directory;
  for (std::string& layer : layers_) layer = shifted_->add(layer);
}

// Under its name there is a whole copy or none: a start that was killed leaves half of one beside
// it.
void Overlay::copy_layers() const {
  const std::string fresh = root_ + ".new";
  if (exists(fresh)) remove_tree(fresh);
  copy_layers_to(fresh);
  if (::rename(fresh.c_str(), root_.c_str()) == -1) throw_errno({"rename ", fresh});
}

// cp says nothing while it works, so on a terminal somebody looks how far it is.
static int watch_copy(const std::string& fresh, Progress& progress) {
  for (int64_t before = 0, now = 0;; before = now) {
    ::usleep(200'000);  // most copies are over by then
    now = size_of_tree(fresh);
    progress.add(now - before);
  }
}

void Overlay::copy_layers_to(const std::string& fresh) const {
  const auto copy = [&](const std::string& from) {
    Progress progress("copying " + from);
    progress.add(0);
    std::optional<Child> watcher;
    if (::isatty(STDERR_FILENO) && !explaining()) {
      watcher.emplace(spawn({}, [&] { return watch_copy(fresh, progress); }));
    }
    explain({"cp -a ", quoted(from), " ", quoted(root_)});
    run_program({"cp", "-a", "--reflink=auto", "--", from, fresh}, "", 0);
  };
  if (layers_.size() == 1) return run_in_child({}, [&] { copy(layers_[0]); });
  // Several are copied as one: mounted, where nobody else sees it.
  const std::string merged = directory_ + "/merged";
  make_directories(merged);
  const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  const auto mount_and_copy = [&] {
    make_mounts_private({});
    mount_read_only(layers_, merged, user);
    copy(merged);
  };
  run_in_child({.namespaces = CLONE_NEWNS | user, .before_go = write_id_maps}, mount_and_copy);
}

void mount_read_only(const std::vector<std::string>& layers, const std::string& directory,
                     bool user) {
  MountOptions mount;
  for (const std::string& layer : layers) mount.add("lowerdir", layer);
  if (user) mount.flag("userxattr");
  mount.mount_on(directory);
}

// In a user namespace what a layer deletes of those below it is told by attributes called user.*;
// tmpfs has them since Linux 6.6.
static void check_user_attributes(const std::vector<std::string>& layers) {
  const ssize_t got = ::lgetxattr(layers[0].c_str(), "user.overlay.opaque", nullptr, 0);
  if (layers.size() == 1 || got != -1 || errno != ENOTSUP) return;
  throw Failure(
      "mount overlay: the store's file system has no user.* attributes, and deleted files "
      "would come back",
      "--root on another file system, or --storage copy");
}

// LAB: overlay
void Overlay::mount_layers() const {
  if (options_.user_namespace) check_user_attributes(layers_);
  MountOptions mount;
  for (const std::string& layer : layers_) mount.add("lowerdir", layer);
  mount.add("upperdir", directory_ + "/upper");
  // A work directory belongs to one mount: shared, what it does is undefined.
  mount.add("workdir", directory_ + "/work");
  if (options_.remove) mount.flag("volatile");  // thrown away soon: no need to sync
  if (options_.user_namespace) {
    mount.flag("userxattr");  // trusted.* is not for user namespaces
  } else {
    // Each changed file shall be in upper, whole, under its own name: whatever this kernel's
    // defaults are. (diff, commit)
    mount.flag("redirect_dir=off");
    mount.flag("metacopy=off");
  }
  mount.mount_on(root_);
}

void Overlay::mount() const {
  if (shifted_) shifted_->mount();
  if (options_.kind == StorageKind::kCopy) {
    bind_onto_itself(root_).release();
  } else {
    mount_layers();
  }
  for (const char* path : {"/proc", "/sys", "/dev"}) make_mount_point(root_, path, true);
}

}  // namespace stepbox
