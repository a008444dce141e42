// Step 4. Namespaces: each makes one thing that the whole system shared the container's own.
// (namespaces(7), pid_namespaces(7), mount_namespaces(7), user_namespaces(7))
//
// This is the contract: what each function promises. namespaces.cpp is yours, and main.cpp must
// call it. Given: --hostname, --share, --userns, --init, and which CLONE_NEW* flags they come to
// (04-namespaces/options.hpp); SpawnSettings takes those (01-clone/process.hpp). The mounts are
// made inside now: see bind_onto_itself() and Mounts::release() (03-mount/mount.hpp).
#ifndef STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_
#define STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_

#include <sched.h>
#include <sys/types.h>

#include <string>

#include "04-namespaces/options.hpp"

namespace stepbox {

// Outside, as SpawnSettings::before_go: says who is who in the child's user namespace. Id 0 inside
// is the caller outside, for users and groups. Does nothing without CLONE_NEWUSER in `flags`.
// Throws system_error: `write /proc/4711/uid_map: …`. (user_namespaces(7): uid_map, setgroups)
void write_id_maps(pid_t child, int flags);

// Inside. unshare(2): the cgroup that we are in becomes the root of what /proc/self/cgroup shows.
// Nothing with --share cgroup.
void unshare_cgroup_namespace(const Namespaces& namespaces);

// Inside, before any mount. On most hosts `/` is a *shared* mount: a new mount namespace is a copy
// that still tells the original what is mounted in it. This ends that. Nothing with --share mount.
void make_mounts_private(const Namespaces& namespaces);

// Inside. pivot_root(2): `rootfs`, which must be a mount, becomes `/`, and the old root is gone:
// nothing above is left to break out to. With --share mount there is one root for all: chroot(2),
// as in step 2.
void pivot_into(const std::string& rootfs, const Namespaces& namespaces);

// Inside. sethostname(2), in a UTS namespace of our own only.
void set_hostname(const Namespaces& namespaces);

// Inside, last before exec_command(). With --init this process stays, as process 1: it reaps every
// orphan, for they become its children, and exits as the command did. start_init() then returns in
// a child of it, which becomes the command.
void start_init(const Namespaces& namespaces);

// Outside. With --share mount what the container mounts below `rootfs` lands on the host. The
// destructor takes down what was not there before (03-mount/mountinfo.hpp has what it takes).
class SharedMounts {
 public:
  SharedMounts(const std::string& rootfs, const Namespaces& namespaces);
  SharedMounts(const SharedMounts&) = delete;
  ~SharedMounts();
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_04_NAMESPACES_NAMESPACES_HPP_
