// Step 7. A root file system of its own for each container, of an image that all of them share.
//
//   merged   what the container sees       /etc/motd  /bin/sh        /new
//   upper    what it changed: its own      /etc/motd  /bin/vi (gone) /new
//   lower    the image's layers, read-only /etc/motd  /bin/sh  /bin/vi
//
// To write to a file of the image is to copy it up first. To delete one leaves a "whiteout", a
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

// What one page of mount options has room for.
constexpr size_t kMostLayers = 200;

class Overlay {
 public:
  // Outside. Makes upper, work and merged in the container's `directory`; with --storage copy
  // copies the image there instead, if this is the container's first start: slow, and big.
  // With root's --userns the container's ids are shifted, and so are those of its files; not so
  // for ourselves, if we are the ones to look at them (`for_container`).
  // Throws system_error; Failure when the copy fails, or ids cannot be mapped.
  Overlay(const std::vector<std::string>& layers, const std::string& directory,
          const StorageOptions& options, bool for_container = true);

  // The directory that becomes the container's root.
  const std::string& root() const { return root_; }

  // What SpawnSettings::before_go has to be for the container: its ids are shifted, or they are
  // not.
  IdMapWriter id_maps() const { return shifted_ ? write_shifted_id_maps : write_id_maps; }

  // Inside. Mounts the layers; makes the mount points of mount_basics(), in upper.
  // Throws Failure where the kernel has no overlay, or cannot have it here.
  void mount() const;

 private:
  void make_own_layer() const;
  void shift();
  void mount_layers() const;
  void copy_layers() const;
  void copy_layers_to(const std::string& fresh) const;

  StorageOptions options_;
  std::vector<std::string> layers_;  // of the image, the uppermost first
  std::string directory_;
  std::string root_;
  std::optional<ShiftedTrees> shifted_;  // then those above are as the container sees them
};

// Mounts two layers or more, the uppermost first, merged for looking at only. Inside a private
// mount namespace; `user`: which is a user namespace's. Throws as Overlay::mount() does.
void mount_read_only(const std::vector<std::string>& layers, const std::string& directory,
                     bool user);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_OVERLAY_HPP_
