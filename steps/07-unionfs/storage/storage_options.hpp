// Step 7. How a container's files are stored. Apart from overlay.hpp, which a student may change:
// the options and the record of a container depend on this file only.
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_STORAGE_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_STORAGE_OPTIONS_HPP_

namespace stepbox {

enum class StorageKind { kOverlay, kCopy };  // --storage

struct StorageOptions {
  StorageKind kind = StorageKind::kOverlay;
  bool remove = false;          // --rm: discarded at exit, so nothing needs to be synced
  bool user_namespace = false;  // --userns, and always without root
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_STORAGE_OPTIONS_HPP_
