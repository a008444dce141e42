// Step 7. Capabilities: root's power in 41 pieces, of which a container gets 14. (capabilities(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "07-unionfs/process/user.hpp"

namespace stepbox {

// One --cap-add or --cap-drop, written with or without CAP_, in any case.
struct Capability {
  std::string name;  // "CAP_CHOWN", or "ALL"
};
void parse_value(const std::string& text, Capability& capability);

// Bit N stands for capability N, as in /proc/self/status.
using CapabilitySet = uint64_t;

// All that this kernel knows; those that this process may still get.
CapabilitySet all_capabilities();
CapabilitySet own_capabilities();

// Those that are named; ALL is none.
CapabilitySet named(const std::vector<Capability>& capabilities);

// What is left of docker's default set after --cap-drop and --cap-add. As with docker, to add ALL
// is to have all but the dropped ones, and to drop ALL is to have the added ones only.
CapabilitySet capabilities_for(const std::vector<Capability>& add,
                               const std::vector<Capability>& drop);

// Whether `set` has the capability of this name; false for a name that nobody knows.
bool has_capability(CapabilitySet set, const std::string& name);

// Their names in lower case, `before` in front of each: ",+chown,+kill".
std::string names_of(CapabilitySet set, std::string_view before);

// Inside. This process becomes `user`, and neither it nor what it starts will ever have more than
// `set`, and what we have of it ourselves: that is the bounding set. Root has all of that now;
// others have none, as after any setuid(2). Throws system_error.
void become(const User& user, CapabilitySet set);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_CAPABILITIES_HPP_
