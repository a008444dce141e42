// Step 4. Options: which namespaces are the container's own, its host name, --init.
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
  bool user = ::geteuid() != 0;  // --userns; implied when not root
  std::string hostname;          // --hostname
  bool init = false;             // --init

  // The CLONE_NEW* flags of those that are the container's own.
  int flags() const;
  bool own(int flag) const { return flags() & flag; }

  // --hostname, or "stepbox" if it was not given. Empty with --share uts.
  std::string hostname_inside() const;

  // The flags for spawn(): all but the cgroup namespace. Its root is the cgroup of its creator at
  // that moment, so the child creates it after joining (unshare_cgroup_namespace()).
  int for_clone() const { return flags() & ~CLONE_NEWCGROUP; }
};

// --hostname, --share, --userns, --init. Step 7 gives --userns another help text.
void add_options(CommandLine& cli, Namespaces& namespaces,
                 const char* userns_help = "Add a user namespace (always, when not root)");

// [parent] Before any resource is acquired. Throws Failure for options that exclude each other, or
// that need root.
void check(const Namespaces& namespaces);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_04_NAMESPACES_OPTIONS_HPP_
