// Step 4. Namespaces: each gives the container its own instance of a resource of the kernel.
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

// [parent] As SpawnSettings::before_go: maps the ids of the child's user namespace. Id 0 in it is
// the caller's id on the host; 1 and up are the caller's ranges in /etc/subuid and /etc/subgid, if
// any (newuidmap(1) writes such maps). Does nothing without CLONE_NEWUSER.
// Throws system_error: `write /proc/4711/uid_map: …`.
void write_id_maps(pid_t child, int flags);

// The words of a uid_map or gid_map, in threes: "0 1000 1" maps id 0 of the container to id 1000 of
// the host, for 1 id.
using IdMap = std::vector<std::string>;

// Adds the ranges that `file` (/etc/subuid, /etc/subgid: lines of name:first:count) gives to the
// user `name`, or to the user with the id `uid`; in the container they begin at id `inside`.
void add_ranges(IdMap& map, const std::string& file, const std::string& name,
                const std::string& uid, int64_t inside);

// [parent] Writes these maps for the child's user namespace. Only root may map more than its own
// id: otherwise newuidmap(1) and newgidmap(1) are called. Throws as write_id_maps() does.
void write_maps(pid_t child, const IdMap& users, const IdMap& groups);

// [child] unshare(2): the cgroup of this process becomes the root in /proc/self/cgroup.
void unshare_cgroup_namespace(const Namespaces& namespaces);

// [child] Makes all mounts private, recursively; called before any mount. On most hosts `/` is a
// *shared* mount: mounts in a copy of its mount namespace propagate to the host
// (mount_namespaces(7)).
void make_mounts_private(const Namespaces& namespaces);

// [child] pivot_root(2): `rootfs`, a mount, becomes `/`, and the old root is unmounted: no
// directory above is left to break out to. With --share mount, where that would move the host's
// root too, calls chroot(2), as in step 2. Throws system_error.
void pivot_into(const std::string& rootfs, const Namespaces& namespaces);

// [child] sethostname(2); does nothing with --share uts.
void set_hostname(const Namespaces& namespaces);

// [child] Last before exec_command(). With --init this process stays, as process 1: it reaps
// orphans, which become its children (pid_namespaces(7)), and exits with the status of the command.
// start_init() then returns in a child of it, which becomes the command. (init.cpp)
void start_init(const Namespaces& namespaces);

// [parent] With --share mount, the container's mounts below `rootfs` are the host's, too. The
// destructor unmounts those that did not exist before. One such container at a time may use a
// rootfs: the directory is locked. After a SIGKILL the mounts leak, as they do not with a mount
// namespace.
class SharedMounts {
 public:
  // Throws Failure when another container uses `rootfs`.
  SharedMounts(const std::string& rootfs, const Namespaces& namespaces);
  SharedMounts(const SharedMounts&) = delete;
  ~SharedMounts();

 private:
  std::string rootfs_;       // empty: nothing to do
  std::vector<int> before_;  // the ids of the mounts that existed before
  Fd lock_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_04_NAMESPACES_NAMESPACES_HPP_
