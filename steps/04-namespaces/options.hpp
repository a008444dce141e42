// Step 4. What the user may ask for: which namespaces are the container's own, and its host name.
#ifndef STEPBOX_STEPS_04_NAMESPACES_OPTIONS_HPP_
#define STEPBOX_STEPS_04_NAMESPACES_OPTIONS_HPP_

#include <sched.h>
#include <unistd.h>

#include <string>

#include "common/cli.hpp"

namespace stepbox {

// A set of CLONE_NEW* flags, written "uts,net" on the command line.
struct NamespaceSet {
  int flags = 0;
};
void parse_value(const std::string& text, NamespaceSet& set);  // adds to the set

struct Namespaces {
  NamespaceSet shared;           // --share: these stay the host's
  bool user = ::geteuid() != 0;  // --userns; who is not root has no other way
  std::string hostname;          // --hostname
  bool init = false;             // --init

  // The CLONE_NEW* flags of those that are the container's own.
  int flags() const;
  bool own(int flag) const { return flags() & flag; }

  // --hostname, or "stepbox" if it was not given. Empty with --share uts.
  std::string hostname_inside() const;

  // What spawn() unshares: all but the cgroup namespace. Its root is where its creator is at
  // that moment, so the child makes it by itself, later (unshare_cgroup_namespace()).
  int for_clone() const { return flags() & ~CLONE_NEWCGROUP; }
};

// --hostname, --share, --userns, --init. What --userns means in step 7 is more than here.
void add_options(CommandLine& cli, Namespaces& namespaces,
                 const char* userns_help = "Add a user namespace (always, when not root)");

// Outside, before anything is made. Throws Failure for what cannot go together, or cannot work
// without root, and says so.
void check(const Namespaces& namespaces);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_04_NAMESPACES_OPTIONS_HPP_
