// Step 7. Builds the container's file system from an OCI config: mounts, devices, masked paths.
//
// Each path is resolved below the root by descriptor (03-mount/mount.hpp), as the root file system
// may be hostile.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_

#include <optional>
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "07-unionfs/oci/config.hpp"
#include "common/openers.hpp"

namespace stepbox {

// The trees that bind mounts attach. With a user namespace, or mapped ids, a process with the
// caller's rights opens them (open_tree(2), mount_setattr(2)); otherwise the container does.
class MountSources {
 public:
  // [parent] Called before a user namespace is joined. Refers to `config`.
  explicit MountSources(const OciConfig& config);
  MountSources(const MountSources&) = delete;

  // [parent] Called when the id maps of the container's process are written.
  void open_for(pid_t container);

  // [parent] Called when the container can receive(). Throws what the opening process has thrown.
  void wait();

  // [child] Called before anything that may fail.
  void receive();

  // [child] The detached tree of the next bind mount. Throws system_error.
  Fd take(const OciMount& mount);

 private:
  const std::vector<OciMount>& mounts_;
  std::optional<SocketPair> socket_;
  std::optional<Child> opener_;
  std::vector<Fd> trees_;
  size_t next_ = 0;
};

// All functions: [child], in the container's mount namespace. They throw Failure and system_error.

// What becomes of the host's shared mounts in the container: MS_SLAVE, unless rootfsPropagation is
// "private" or "shared", which leaves them as they are, 0: then mounts in them propagate to the
// host.
unsigned long propagation_from_host(const OciConfig& config);

// Does that, and makes the root directory a mount, which never propagates.
void begin_mounts(const OciConfig& config);

// Makes the mounts in the order of the list, then the devices. `groups`: for a mount of cgroups.
void mount_all(const OciConfig& config, const std::vector<GroupDirectory>& groups,
               MountSources& sources);

// Hides and protects paths. Called after the last mount.
void mask_paths(const OciConfig& config);

// The root becomes `/`: by pivot_root(2), or without a mount namespace of its own, or with
// --no-pivot (an initramfs has no parent to pivot from), by chroot(2). Then the root's propagation.
void enter_root(const OciConfig& config, bool no_pivot);

// Writes the settings of config.sysctl.
void set_sysctls(const OciConfig& config);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_BUNDLE_HPP_
