#include "07-unionfs/images.hpp"

#include "02-chroot/chroot.hpp"
#include "07-unionfs/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

Image find_image(const std::string& name) {
  const bool plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  const std::string stored = store() + "/images/" + name;
  if (plain && exists(stored))
    return {.id = "", .name = name, .layers = {find_rootfs(stored)}, .config = {}};
  if (!exists(name)) {
    throw Failure("no such verb, image or rootfs: " + name,
                  "verbs: run, start, exec, ps, rm; `make busybox` makes a rootfs");
  }
  return {.id = "", .name = name, .layers = {find_rootfs(name)}, .config = {}};
}

}  // namespace stepbox
