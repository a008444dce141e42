// Step 7. Packets of a container to its own published port. (bridge(8), "hairpin")
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_HAIRPIN_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_HAIRPIN_HPP_

#include <string>

namespace stepbox {

// Where br_netfilter is on, NAT turns such a packet round on the bridge itself, which never sends
// it out of the port that it came in by, unless that is set to. So this sets the veth to do so;
// does nothing where br_netfilter is off: there the host routes the packet. It is no error if the
// link is gone. Throws system_error.
void allow_hairpin(const std::string& veth);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_HAIRPIN_HPP_
