// To be filled in. overlay.hpp is the contract of each function.
//
// So far, step 7 does the same as step 6: the image itself is the root, and writes change it.
#include "07-unionfs/storage/overlay.hpp"

#include "03-mount/mount.hpp"
#include "common/error.hpp"

namespace stepbox {

Overlay::Overlay(const std::vector<std::string>& layers, const std::string& directory,
                 const StorageOptions& options, [[maybe_unused]] bool for_container)
    : options_(options), layers_(layers), directory_(directory), root_(layers_.front()) {}

void Overlay::mount() const { bind_onto_itself(root_).release(); }

void mount_read_only([[maybe_unused]] const std::vector<std::string>& layers,
                     [[maybe_unused]] const std::string& directory, [[maybe_unused]] bool user) {
  throw Failure("mount_read_only() is not written yet");
}

}  // namespace stepbox
