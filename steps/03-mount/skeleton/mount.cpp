// To be filled in. mount.hpp is the contract of each function.
#include "03-mount/mount.hpp"

namespace stepbox {

Mounts::~Mounts() {}

Mounts mount_basics([[maybe_unused]] const std::string& rootfs) { return {}; }

Mounts mount_volumes([[maybe_unused]] const std::string& rootfs,
                     [[maybe_unused]] const std::vector<Volume>& volumes) {
  return {};
}

}  // namespace stepbox
