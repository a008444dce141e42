// Step 7. A root file system of its own for each container, of an image that all of them share.
//
//   merged   what the container sees       /etc/motd  /bin/sh        /new
//   upper    what it changed: its own      /etc/motd  /bin/vi (gone) /new
//   lower    the image's layers, read-only /etc/motd  /bin/sh  /bin/vi
//
// (Documentation/filesystems/overlayfs.rst)
//
// This is the contract: what each function promises. overlay.cpp is yours. The rest of step 7 is
// given, main.cpp too: see there who calls what.
#ifndef STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_
#define STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_

#include <string>
#include <vector>

namespace stepbox {

// What one page of mount options has room for.
constexpr size_t kMostLayers = 200;

enum class StorageKind { kOverlay, kCopy };  // --storage

struct StorageOptions {
  StorageKind kind = StorageKind::kOverlay;
  bool remove = false;          // --rm: discarded at exit, so nothing needs to be synced
  bool user_namespace = false;  // --userns, and always without root
};

class Overlay {
 public:
  // Outside. Makes the directories upper, work and merged in the container's own `directory`. With
  // --storage copy (options.kind) copies the image there instead, with cp -a: slow, and big.
  // A container that is started again (`start`) finds what it left there.
  // `for_container` is for root's --userns, which no claim of yours asks for: leave it unused.
  // Throws system_error; Failure when the copy fails.
  Overlay(const std::vector<std::string>& layers, const std::string& directory,
          const StorageOptions& options, bool for_container = true);

  // The directory that becomes the container's root.
  const std::string& root() const { return root_; }

  // Inside. Mounts the layers, or binds the copy onto itself: root() is a mount then, as
  // pivot_root(2) wants it. Makes /proc, /sys, /dev in it, if they are not there
  // (make_mount_point(), 07-unionfs/storage/volumes.hpp).
  // Throws Failure where the kernel has no overlay, or cannot have it here.
  void mount() const;

 private:
  StorageOptions options_;
  std::vector<std::string> layers_;  // of the image, the uppermost first
  std::string directory_;
  std::string root_;
};

// Mounts two layers or more, the uppermost first, merged for looking at only. Inside a private
// mount namespace; `user`: which is a user namespace's. (commit and load ask for it.)
void mount_read_only(const std::vector<std::string>& layers, const std::string& directory,
                     bool user);

}  // namespace stepbox

#endif  // STEPBOX_WORK_07_UNIONFS_OVERLAY_HPP_
