#include "07-unionfs/oci/bundle.hpp"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "07-unionfs/confinement/masked_paths.hpp"
#include "07-unionfs/storage/mount_options.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static bool has_own_mounts(const OciConfig& config) {
  return config.find_namespace(CLONE_NEWNS) != nullptr;
}

unsigned long propagation_from_host(const OciConfig& config) {
  const unsigned long asked = propagation_of(config.root_propagation) & (MS_SHARED | MS_PRIVATE);
  return asked == MS_SHARED ? 0 : asked == MS_PRIVATE ? MS_PRIVATE : MS_SLAVE;
}

// Makes the mount that holds the root directory a slave: otherwise a mount on the root would appear
// on the host, and pivot_root(2) refuses a root whose parent is shared.
static void keep_from_host(std::filesystem::path path) {
  while (::mount(nullptr, path.c_str(), nullptr, MS_SLAVE, nullptr) == -1) {
    if (errno != EINVAL || path == "/") throw_errno({"make ", path.string(), " a slave"});
    path = path.parent_path();  // EINVAL: no mount
  }
}

void begin_mounts(const OciConfig& config) {
  if (!has_own_mounts(config)) return;
  if (const unsigned long flags = propagation_from_host(config)) {
    set_propagation("/", "/", flags | MS_REC);
  } else {
    keep_from_host(config.root);
  }
  bind_onto_itself(config.root).release();
}

void mask_paths(const OciConfig& config) {
  Tops mounted;
  for (const OciMount& mount : config.mounts) {
    if (mount.type == "proc" || mount.type == "sysfs") mounted.push_back(mount.destination);
  }
  mask_paths(config.root, config.masked_paths, config.read_only_paths, mounted);
}

static void move_root(const std::string& root) {
  if (::chdir(root.c_str()) == -1) throw_errno({"chdir ", root});
  if (::mount(root.c_str(), "/", nullptr, MS_MOVE, nullptr) == -1) throw_errno({"move ", root});
  enter_chroot(".");
}

// As pivot_into() of step 4. With rootfsPropagation "shared" the old root is the host's peer, and
// unmounting a peer unmounts on the host; a slave does not (mount_namespaces(7)).
static void pivot(const std::string& root) {
  const Fd old = open_directory("/");
  if (::chdir(root.c_str()) == -1) throw_errno({"chdir ", root});
  if (::syscall(SYS_pivot_root, ".", ".") == -1) throw_errno({"pivot_root into ", root});
  if (::fchdir(old.get()) == -1) throw_errno({"chdir to the old root"});  // "." was the new one
  set_propagation(".", "the old root", MS_SLAVE | MS_REC);
  if (::umount2(".", MNT_DETACH) == -1) throw_errno({"umount the old root"});
  if (::chdir("/") == -1) throw_errno({"chdir / in ", root});
}

void enter_root(const OciConfig& config, bool no_pivot) {
  if (!has_own_mounts(config)) return enter_chroot(config.root);
  if (no_pivot) {
    move_root(config.root);
  } else {
    pivot(config.root);
  }
  if (config.read_only_root) make_read_only("/");
  set_propagation("/", "/", propagation_of(config.root_propagation));
}

void set_sysctls(const OciConfig& config) {
  for (const auto& [path, value] : config.sysctl) write_file("/proc/sys/" + path, value);
}

}  // namespace stepbox
