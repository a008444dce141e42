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

// The options of an overlay mount. mount(2) takes at most one page of them, and the paths of 128
// layers are longer: the kernel is given /proc/self/fd/N, --explain shows the paths.
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
  if (layers_.empty())
    throw Failure("the image has no layers: the container's record cannot be read");
  if (options_.kind == StorageKind::kCopy) {
    root_ = directory + "/rootfs";
    if (!exists(root_)) copy_layers();  // a later start keeps the changes of the first
  } else {
    root_ = directory + "/merged";
    make_own_layer();
  }
  if (for_container && options_.user_namespace && ::geteuid() == 0) shift();
}

void Overlay::make_own_layer() const {
  const std::string upper = directory_ + "/upper", fresh = upper + ".new";
  if (!exists(upper)) {  // renamed when it is whole: it becomes the container's `/`
    make_directories(fresh);
    copy_directory_attributes(layers_[0], fresh);
    if (::rename(fresh.c_str(), upper.c_str()) == -1) throw_errno({"rename ", fresh});
  }
  for (const char* name : {"/upper", "/work", "/merged"}) {
    explain({"mkdir -p ", quoted(directory_), name});
    make_directories(directory_ + name);
  }
  // A later start: after a `volatile` mount that was not unmounted cleanly, overlayfs leaves
  // work/work/incompat/volatile and refuses to mount again (overlayfs.rst, "Volatile mount").
  if (options_.remove && exists(directory_ + "/work/work")) remove_tree(directory_ + "/work/work");
}

// Replaces all paths by those of the id-mapped mounts in the container's mount namespace.
void Overlay::shift() {
  shifted_.emplace();
  const std::string directory = shifted_->add(directory_);
  root_ = directory + root_.substr(directory_.size());
  directory_ = directory;
  for (std::string& layer : layers_) layer = shifted_->add(layer);
}

// Copies to a temporary name and renames: after a killed start there is no incomplete copy under
// the final name.
void Overlay::copy_layers() const {
  const std::string fresh = root_ + ".new";
  if (exists(fresh)) remove_tree(fresh);
  copy_layers_to(fresh);
  if (::rename(fresh.c_str(), root_.c_str()) == -1) throw_errno({"rename ", fresh});
}

// cp(1) shows no progress, so on a terminal a child measures the copy. It is killed when the copy
// is complete, so it starts no child of its own, which would be an orphan then.
static int watch_copy(const std::string& fresh, Progress& progress) {
  for (int64_t before = 0, now = 0;; before = now) {
    ::usleep(200'000);  // most copies take less time
    now = size_of_own_tree(fresh);
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
  // Several layers are mounted as one in a private mount namespace, and copied from there.
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

// In a user namespace overlayfs keeps whiteouts and opaque marks in attributes user.overlay.*;
// tmpfs supports user.* since Linux 6.6.
static void check_user_attributes(const std::vector<std::string>& layers) {
  const ssize_t got = ::lgetxattr(layers[0].c_str(), "user.overlay.opaque", nullptr, 0);
  if (layers.size() == 1 || got != -1 || errno != ENOTSUP) return;
  throw Failure(
      "mount overlay: the store's file system has no user.* attributes, so deleted files "
      "would reappear",
      "--root on another file system, or --storage copy");
}

// LAB: overlay
void Overlay::mount_layers() const {
  if (options_.user_namespace) check_user_attributes(layers_);
  MountOptions mount;
  for (const std::string& layer : layers_) mount.add("lowerdir", layer);
  mount.add("upperdir", directory_ + "/upper");
  // A work directory belongs to one mount; sharing it is undefined (overlayfs.rst).
  mount.add("workdir", directory_ + "/work");
  if (options_.remove) mount.flag("volatile");  // no sync at unmount: it is discarded (Linux 5.10)
  if (options_.user_namespace) {
    mount.flag("userxattr");  // trusted.* needs CAP_SYS_ADMIN outside (Linux 5.11)
  } else {
    // diff and commit read upper, so each changed file must be there, complete and under its own
    // name; the kernel's defaults for both options differ.
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
