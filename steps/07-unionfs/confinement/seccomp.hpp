// Step 7. A filter of system calls. (seccomp(2))
//
// A profile, JSON in docker's format, describes the policy; seccomp.json is linked in as the
// default. libseccomp compiles it to a BPF program that the kernel runs before each system call.
// Compiling takes 20 ms, so the program is cached in the run directory.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_

#include <string>

#include "07-unionfs/confinement/capabilities.hpp"
#include "common/fd.hpp"

namespace stepbox {

// A BPF program: an array of struct sock_filter. Empty: no filter.
using CallFilter = std::string;

// The text of seccomp.json.
extern const char kDefaultProfile[];

// [parent] Returns the filter that `profile`, a JSON text, describes: rules may depend on the
// container's `capabilities`, the architecture and the kernel version. Cached, or compiled now.
// Throws Failure for an invalid profile.
CallFilter filter_of(const std::string& profile, CapabilitySet capabilities);

// Compiles a profile, without the cache. (seccomp_profile.cpp)
CallFilter compile_profile(const std::string& profile, CapabilitySet capabilities);

// The same filter in fewer instructions: numbers of system calls with the same answer are compared
// as ranges. Returns `filter` itself where that is no gain. (filter_ranges.cpp)
CallFilter with_ranges(const CallFilter& filter);

// [child] Installs the filter for this process and its descendants. Needs no_new_privs or
// CAP_SYS_ADMIN. `flags` are those of seccomp(2); with SECCOMP_FILTER_FLAG_NEW_LISTENER returns the
// listener, otherwise an empty Fd. Throws system_error.
Fd install(const CallFilter& filter, unsigned flags = 0);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_
