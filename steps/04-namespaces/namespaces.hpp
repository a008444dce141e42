// Step 4. Namespaces: each makes one thing that the whole system shared the container's own.
// (namespaces(7), pid_namespaces(7), mount_namespaces(7), user_namespaces(7))
//
//   kind    flag for clone(2)  what is private                           since Linux
//   mount   CLONE_NEWNS        the tree of mounts                        2.4.19
//   uts     CLONE_NEWUTS       host name, domain name                    2.6.19
//   ipc     CLONE_NEWIPC       System V IPC, POSIX message queues        2.6.19
//   pid     CLONE_NEWPID       process ids                               2.6.24
//   net     CLONE_NEWNET       links, addresses, routes, ports, rules    2.6.24
//   user    CLONE_NEWUSER      user and group ids, capabilities          3.8
//   cgroup  CLONE_NEWCGROUP    the root of /proc/self/cgroup             4.6
#ifndef STEPBOX_STEPS_04_NAMESPACES_NAMESPACES_HPP_
#define STEPBOX_STEPS_04_NAMESPACES_NAMESPACES_HPP_

#include <sched.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "04-namespaces/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Outside, as SpawnSettings::before_go: says who is who in the child's user namespace. Id 0 inside
// is the caller outside (so root itself gains little by it); 1 and up are the ranges of /etc/subuid
// and /etc/subgid that the caller has, if any: newuidmap(1) may write them for us. Does nothing
// without CLONE_NEWUSER.
// Throws system_error: `write /proc/4711/uid_map: …`.
void write_id_maps(pid_t child, int flags);

// Outside, as root. From here on write_id_maps() makes nobody of root: ids 0 and up inside are the
// ranges that /etc/subuid and /etc/subgid give to `stepbox`; without any, 65,536 from here on,
// where the lists of systemd's UIDS-GIDS have nothing. (Step 7, whose mounts can be shifted alike.)
void shift_root();
constexpr int64_t kFirstShifted = 0x70000000;

// Inside. unshare(2): the cgroup that we are in becomes the root of what /proc/self/cgroup shows.
void unshare_cgroup_namespace(const Namespaces& namespaces);

// Inside. On most hosts `/` is a *shared* mount: a new mount namespace is a copy that still
// tells the original what is mounted in it. Private, recursively, ends that. Before any mount.
void make_mounts_private(const Namespaces& namespaces);

// Inside. pivot_root(2): `rootfs`, a mount, becomes `/`, and the old root is gone: nothing above is
// left to break out to. With --share mount there is one root for all: chroot(2), as in step 2.
void pivot_into(const std::string& rootfs, const Namespaces& namespaces);

// Inside. sethostname(2), in a UTS namespace of our own only.
void set_hostname(const Namespaces& namespaces);

// Inside, last before exec_command(). With --init this process stays, as process 1: it reaps
// every orphan, for they become its children (pid_namespaces(7)), and exits as the command did.
// start_init() then returns in a child of it, which becomes the command. (init.cpp)
void start_init(const Namespaces& namespaces);

// Outside. With --share mount what the container mounts below `rootfs` lands on the host. The
// destructor takes down what was not there before. One such container at a time has a rootfs.
// Killed by -9, we leave the mounts there: that is what a mount namespace is for.
class SharedMounts {
 public:
  // Throws Failure when another one has it.
  SharedMounts(const std::string& rootfs, const Namespaces& namespaces);
  SharedMounts(const SharedMounts&) = delete;
  ~SharedMounts();

 private:
  std::string rootfs_;       // empty: nothing to do
  std::vector<int> before_;  // the mount ids that were there
  Fd lock_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_04_NAMESPACES_NAMESPACES_HPP_
