// Step 7. What root inside may still do: little, unless told otherwise.
//
//   capabilities      docker's 14 of 41: no mounts, no modules, no raw disks, no host network
//   no_new_privs      no setuid program gives any of them back (prctl(2), PR_SET_NO_NEW_PRIVS)
//   seccomp           system calls that root needs those capabilities for, or nobody needs, fail
//   masked paths      what of /proc and /sys belongs to the machine is hidden, or read-only
//   nodev             device nodes work in /dev only
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/process/user.hpp"
#include "common/cli.hpp"

namespace stepbox {

// The values of --security-opt, one after the other.
struct SecurityOptions {
  bool no_new_privileges = true;
  std::string seccomp;  // empty: the default profile; "unconfined"; or the text of another
};
void parse_value(const std::string& text, SecurityOptions& security);

struct ConfineOptions {
  bool privileged = false;           // --privileged: none of what follows counts
  std::vector<Capability> cap_add;   // --cap-add
  std::vector<Capability> cap_drop;  // --cap-drop
  SecurityOptions security;          // --security-opt
  bool read_only = false;            // --read-only
};
void add_options(CommandLine& cli, ConfineOptions& options);

class Confinement {
 public:
  // Outside. Throws Failure for a profile that is none.
  explicit Confinement(const ConfineOptions& options);

  // Inside, when all is mounted below `rootfs`: nothing of the machine is to be changed there, and
  // no device to be used but those in /dev. With --privileged the contrary.
  // Throws system_error.
  void restrict_mounts(const std::string& rootfs, const std::vector<Volume>& volumes,
                       const Namespaces& namespaces) const;

  // Inside, when all is made: this process becomes `user`, without the rights that the
  // container has not got. What follows is start_init() and exec_command().
  // Throws system_error; Failure when we have not got what --cap-add asks for.
  void apply(const User& user) const;

 private:
  CapabilitySet capabilities_;
  CapabilitySet asked_for_;  // by name
  bool no_new_privileges_;
  CallFilter filter_;  // of system calls
  bool read_only_;
  bool privileged_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CONFINEMENT_HPP_
