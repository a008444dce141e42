// Step 7. Gives each container a root file system of its own, although containers share the image.
//
//   merged   the container's view          /etc/motd  /bin/sh        /new
//   upper    the container's changes       /etc/motd  /bin/vi (gone) /new
//   lower    the image's layers, read-only /etc/motd  /bin/sh  /bin/vi
//
// The first write to a file of the image copies it up. Deleting a file leaves a "whiteout", a
// character device 0/0, in upper. (Documentation/filesystems/overlayfs.rst)
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_OVERLAY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_OVERLAY_HPP_

#include <optional>
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "07-unionfs/storage/storage_options.hpp"

namespace stepbox {

// The most layers: mount(2) takes one page of options, and each layer is a /proc/self/fd/N in it.
constexpr size_t kMostLayers = 200;

class Overlay {
 public:
  // [parent] Creates upper, work and merged in the container's `directory`; with --storage copy
  // copies the image there instead, at the container's first start. With root's --userns, and
  // `for_container`, the mounts will map user ids (shifted_ids.hpp); without `for_container`
  // stepbox itself reads the files. `layers`: directories, the topmost first. Throws system_error;
  // Failure if the copy fails, or ids cannot be mapped.
  Overlay(const std::vector<std::string>& layers, const std::string& directory,
          const StorageOptions& options, bool for_container = true);

  // The directory that becomes the container's root.
  const std::string& root() const { return root_; }

  // SpawnSettings::before_go for the container: writes its id maps, shifted or not.
  IdMapWriter id_maps() const { return shifted_ ? write_shifted_id_maps : write_id_maps; }

  // [child] Mounts the layers on root(), and creates the mount points for mount_basics(), in upper.
  // Throws Failure if the kernel has no overlay, or refuses it on this file system.
  void mount() const;

 private:
  void make_own_layer() const;
  void shift();
  void mount_layers() const;
  void copy_layers() const;
  void copy_layers_to(const std::string& fresh) const;

  StorageOptions options_;
  std::vector<std::string> layers_;  // of the image, the topmost first
  std::string directory_;
  std::string root_;
  std::optional<ShiftedTrees>
      shifted_;  // if set, the paths above are those in the container's view
};

// [child] Mounts two or more layers, the topmost first, as a read-only overlay. The mount namespace
// must be private; `user`: it belongs to a user namespace. Throws as Overlay::mount() does.
void mount_read_only(const std::vector<std::string>& layers, const std::string& directory,
                     bool user);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_OVERLAY_HPP_
