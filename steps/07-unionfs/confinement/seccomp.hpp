// Step 7. A filter of system calls: what the container may not even ask the kernel. (seccomp(2))
//
// The policy is a profile, JSON in docker's format: seccomp.json is ours, linked in. libseccomp
// makes a program of it that the kernel runs before each system call. That takes 20 ms, so the
// program is kept in the run directory, for the next start.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_

#include <string>

#include "07-unionfs/confinement/capabilities.hpp"

namespace stepbox {

// A program for the kernel: a sequence of struct sock_filter. Empty: no filter.
using CallFilter = std::string;

// The text of seccomp.json.
extern const char kDefaultProfile[];

// Outside. The filter that `profile`, a JSON text, describes for a container with `capabilities`:
// its rules may ask for them, as for the architecture and the kernel. Kept, or compiled now.
// Throws Failure for what is no profile.
CallFilter filter_of(const std::string& profile, CapabilitySet capabilities);

// Compiles it. (seccomp_profile.cpp)
CallFilter compile_profile(const std::string& profile, CapabilitySet capabilities);

// Inside. From now on each system call of this process, and of its children, passes the filter.
// Wants no_new_privs, or CAP_SYS_ADMIN. Throws system_error.
void install(const CallFilter& filter);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_HPP_
