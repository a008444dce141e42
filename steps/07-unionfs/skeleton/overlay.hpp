// Step 7. A root file system for each container, on top of an image that containers share.
//
//   merged   the container's view          /etc/motd  /bin/sh        /new
//   upper    its own changes               /etc/motd  /bin/vi (gone) /new
//   lower    the image's layers, read-only /etc/motd  /bin/sh  /bin/vi
//
// (Documentation/filesystems/overlayfs.rst)
//
// This file is the contract of each function. Write overlay.cpp. The rest of step 7 is given; its
// main.cpp shows the order of the calls.
#ifndef STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_
#define STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_

#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/storage/storage_options.hpp"

namespace stepbox {

// The most layers of an image: the mount options must fit into one page (mount(2)).
constexpr size_t kMostLayers = 200;

class Overlay {
 public:
  // [parent] Makes the directories upper, work and merged in the container's `directory`. With
  // --storage copy (options.kind) copies the image there instead, by cp -a: slow, and takes space.
  // When a container is started again (`start`), they exist, with the files of its last run.
  // `for_container` is for --userns as root, which no claim of this lesson needs: leave it unused.
  // Throws system_error; Failure if the copy fails.
  Overlay(const std::vector<std::string>& layers, const std::string& directory,
          const StorageOptions& options, bool for_container = true);

  // The directory that becomes the container's root.
  const std::string& root() const { return root_; }

  // Given. The container's user ids are not shifted (root's --userns does that).
  IdMapWriter id_maps() const { return write_id_maps; }

  // [child] Mounts the layers, or binds the copy onto itself: then root() is a mount point, as
  // pivot_root(2) requires. Makes /proc, /sys, /dev in it if they do not exist
  // (make_mount_point(), 07-unionfs/storage/volumes.hpp).
  // Throws Failure if the kernel has no overlay, or cannot mount one on this file system.
  void mount() const;

 private:
  StorageOptions options_;
  std::vector<std::string> layers_;  // of the image, the uppermost first
  std::string directory_;
  std::string root_;
};

// Mounts two or more layers, the uppermost first, merged and read-only, on `directory`. Called in a
// private mount namespace; `user`: one of a user namespace. (commit and load use it.)
void mount_read_only(const std::vector<std::string>& layers, const std::string& directory,
                     bool user);

}  // namespace stepbox

#endif  // STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_
