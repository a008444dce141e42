// Step 7. The bridge of a network with a name, and the rules of nftables that keep networks apart.
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_BRIDGE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_BRIDGE_HPP_

#include "07-unionfs/networks/network_store.hpp"

namespace stepbox {

// [parent] Makes the bridge and the rules if they do not exist. Call with lock_network() held.
// Throws Failure: the host routes the subnet elsewhere, the bridge has another address.
void ensure_network(const NamedNetwork& network);

// Removes the bridge and what the rules know of it. It is no error if they are gone. Call with
// lock_network() held.
void remove_bridge(const NamedNetwork& network);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_BRIDGE_HPP_
