// Step 7. Capabilities: the privileges of root, as 41 bits; a container gets 14. (capabilities(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "07-unionfs/process/user.hpp"

namespace stepbox {

// The value of --cap-add or --cap-drop: with or without CAP_, in upper or lower case.
struct Capability {
  std::string name;  // "CAP_CHOWN", or "ALL"
};
void parse_value(const std::string& text, Capability& capability);

// Bit N is capability N, as in /proc/self/status.
using CapabilitySet = uint64_t;

// All capabilities of this kernel; the bounding set of this process.
CapabilitySet all_capabilities();
CapabilitySet own_capabilities();

// The set of the named capabilities; ignores ALL.
CapabilitySet named(const std::vector<Capability>& capabilities);

// docker's default set after --cap-drop and --cap-add. As in docker, with ALL added the result is
// all but the dropped ones; with ALL dropped it is the added ones only.
CapabilitySet capabilities_for(const std::vector<Capability>& add,
                               const std::vector<Capability>& drop);

// The sets of a process. (capabilities(7), "Thread capability sets")
struct ProcessCapabilities {
  CapabilitySet bounding = 0;
  CapabilitySet effective = 0;
  CapabilitySet permitted = 0;
  CapabilitySet inheritable = 0;
  CapabilitySet ambient = 0;
};

// Whether `set` contains the capability; false for an unknown name.
bool has_capability(CapabilitySet set, const std::string& name);

// Their names in lower case, each after `before`: ",+chown,+kill".
std::string names_of(CapabilitySet set, std::string_view before);

// [child] Limits the bounding set to the part of `set` that this process has, then changes to
// `user`: neither this process nor its descendants can get more. Root has the whole set effective
// afterwards; another user has none, as after any setuid(2). Throws system_error.
void become(const User& user, CapabilitySet set);

// [child] The same with each set by itself. A user other than root keeps capabilities, too: the
// ambient set stays through execve(2). Capabilities that this process does not have are left out.
void become(const User& user, const ProcessCapabilities& sets);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_
