#include "07-unionfs/images.hpp"

#include "02-chroot/chroot.hpp"
#include "07-unionfs/store.hpp"
#include "common/files.hpp"

namespace stepbox {

std::string find_image(const std::string& name) {
  const bool plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  const std::string stored = store() + "/images/" + name;
  return find_rootfs(plain && exists(stored) ? stored : name);
}

}  // namespace stepbox
