// Step 7. The values of this room as JSON, for records of containers and members' files.
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_JSON_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_JSON_HPP_

#include <nlohmann/json.hpp>

#include "07-unionfs/networks/members.hpp"

namespace stepbox {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Address, number)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Subnet, network, prefix)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Alias, name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ContainerLink, container, alias)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MacAddress, text)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Attachment, network, aliases, links, address, mac)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Endpoint, network, network_id, address, gateway, subnet,
                                   internal, mac, link, veth, aliases, links)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Member, id, name, hostname, hosts, endpoints)

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_JSON_HPP_
