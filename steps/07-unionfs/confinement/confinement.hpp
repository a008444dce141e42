// Step 7. Restricts the privileges of root in a container.
//
//   capabilities      docker's 14 of 41: no mounts, no modules, no raw disks, no host network
//   no_new_privs      no setuid program restores them (prctl(2), PR_SET_NO_NEW_PRIVS)
//   seccomp           filters system calls that need the other capabilities, or are obsolete
//   masked paths      hide or write-protect the host's settings in /proc and /sys
//   nodev             makes device nodes unusable outside of /dev
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/process/process_setup.hpp"
#include "common/cli.hpp"

namespace stepbox {

// The values of --security-opt.
struct SecurityOptions {
  bool no_new_privileges = true;
  std::string seccomp;  // empty: default profile; "unconfined"; or the text of a profile
};
void parse_value(const std::string& text, SecurityOptions& security);

struct ConfineOptions {
  bool privileged = false;           // --privileged: ignores the options below
  std::vector<Capability> cap_add;   // --cap-add
  std::vector<Capability> cap_drop;  // --cap-drop
  SecurityOptions security;          // --security-opt
  bool read_only = false;            // --read-only
};
void add_options(CommandLine& cli, ConfineOptions& options);

class Confinement {
 public:
  // [parent] Throws Failure for an invalid profile.
  explicit Confinement(const ConfineOptions& options);

  // [child] Called after the last mount below `rootfs`: hides and write-protects the host's files
  // in /proc and /sys, and sets nodev on all mounts but those in /dev; `volumes` are paths in the
  // container. With --privileged makes /sys writable and adds the host's devices instead. Throws
  // system_error.
  void restrict_mounts(const std::string& rootfs, const std::vector<std::string>& volumes,
                       const Namespaces& namespaces) const;

  // [child] Called last, before start_init() and exec_command(): changes to `user`, drops
  // capabilities, installs the system call filter.
  // Throws system_error; Failure if stepbox lacks a capability that --cap-add asks for.
  void apply(const User& user) const;

 private:
  CapabilitySet capabilities_;
  CapabilitySet asked_for_;  // by --cap-add NAME
  bool no_new_privileges_;
  CallFilter filter_;  // of system calls
  bool read_only_;
  bool privileged_;
};

// [child] Throws Failure if the working directory is outside of the root directory: /proc/self/fd/7
// is, if descriptor 7 is a directory of the host (CVE-2024-21626).
void check_working_directory();

// [child] Sets no_new_privs. Throws system_error.
void forbid_new_privileges();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_
