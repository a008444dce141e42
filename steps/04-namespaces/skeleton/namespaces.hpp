// Step 4. Namespaces: each gives the container its own instance of one global resource.
// (namespaces(7), pid_namespaces(7), mount_namespaces(7), user_namespaces(7))
//
// This file is the contract of each function. Write namespaces.cpp, and call it in main.cpp.
// Given: --hostname, --share, --userns, --init, and the CLONE_NEW* flags that follow from them
// (04-namespaces/options.hpp); SpawnSettings takes the flags (01-clone/process.hpp). From this step
// on, the child makes the mounts: see bind_onto_itself() and Mounts::release()
// (03-mount/mount.hpp).
#ifndef STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_
#define STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_

#include <sched.h>
#include <sys/types.h>

#include <string>

#include "04-namespaces/options.hpp"

namespace stepbox {

// [parent] As SpawnSettings::before_go: writes the id maps of the child's user namespace. User and
// group id 0 in it are the caller's ids on the host. Does nothing without CLONE_NEWUSER in `flags`.
// Throws system_error: `write /proc/4711/uid_map: …`. (user_namespaces(7): uid_map, setgroups)
void write_id_maps(pid_t child, int flags);

// [child] unshare(2): the current cgroup becomes the root of the paths in /proc/self/cgroup.
// Does nothing with --share cgroup.
void unshare_cgroup_namespace(const Namespaces& namespaces);

// [child] Called before any mount. On most hosts `/` is a *shared* mount: mounts in a new mount
// namespace still propagate to the original (mount_namespaces(7)). This makes them private.
// Does nothing with --share mount.
void make_mounts_private(const Namespaces& namespaces);

// [child] pivot_root(2): `rootfs`, which must be a mount point, becomes `/`, and the old root is
// detached: no path leads back to it. With --share mount the host uses the same root mount, so this
// calls chroot(2), as in step 2.
void pivot_into(const std::string& rootfs, const Namespaces& namespaces);

// [child] sethostname(2), only in a UTS namespace of its own.
void set_hostname(const Namespaces& namespaces);

// [child] Called last before exec_command(). With --init this process stays process 1: it reaps
// orphans, which become its children, and exits with the status of the command. start_init()
// returns in a child of it, which executes the command.
void start_init(const Namespaces& namespaces);

// [parent] With --share mount the container's mounts below `rootfs` are the host's, too. The
// destructor unmounts those that were not there before (see 03-mount/mountinfo.hpp).
class SharedMounts {
 public:
  SharedMounts(const std::string& rootfs, const Namespaces& namespaces);
  SharedMounts(const SharedMounts&) = delete;
  ~SharedMounts();
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_
