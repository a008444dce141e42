// Step 7. Settings of the kernel that a namespace has for itself: --sysctl, linux.sysctl.
// (sysctl(8), namespaces(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_SYSCTLS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_SYSCTLS_HPP_

#include <map>
#include <string>

#include "common/fd.hpp"

namespace stepbox {

// A setting's file below /proc/sys; empty if `name` is no name of one. Two forms are in use:
// net.ipv4.conf.eth0/1.forwarding and net/ipv4/conf/eth0.1/forwarding.
std::string sysctl_path(const std::string& name);

// The namespace that the setting of this path belongs to, CLONE_NEW*; 0: it is the whole host's.
int namespace_of_sysctl(const std::string& path);

// --sysctl NAME=VALUE: as docker's, of the network and the IPC namespace only.
struct Sysctls {
  std::map<std::string, std::string> values;  // by name, as given
};
void parse_value(const std::string& text, Sysctls& sysctls);  // adds one; throws Failure

// [parent] Throws Failure for a setting of a namespace that the container shares: `own` are the
// CLONE_NEW* flags of those that it has for itself.
void check(const Sysctls& sysctls, int own);

// [child] /proc, without the read-only mounts below it. Empty with EINVAL where the mount is the
// host's own, and locked (mount_namespaces(7)): without root, with --share pid.
Fd open_own_proc();

// [child] Writes /proc/sys/PATH. Throws system_error.
void write_sysctl(const Fd& proc, const std::string& path, const std::string& value);

// [child] Writes all. Throws system_error.
void write_sysctls(const Sysctls& sysctls);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_SYSCTLS_HPP_
