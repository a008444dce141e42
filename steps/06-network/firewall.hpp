// Step 6. What nftables does for us: masquerading, and ports of the host that lead inside. (nft(8))
#ifndef STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
#define STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_

#include <string>
#include <vector>

#include "06-network/addresses.hpp"
#include "06-network/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Makes the table `ip stepbox` if it is not there, and whatever lets our packets through where
// somebody else drops what is forwarded, as docker does: an accept in our own table could not.
// The table is made once, and never declared again: that would wipe what running containers have
// put there. Outside, with the network's lock held.
void ensure_firewall(const Subnet& subnet);

// Undoes ensure_firewall(), when nobody needs it any more. With the network's lock held.
void remove_firewall();

// Reserves the port on the host, for as long as the socket that it returns lives: no other program
// and no other container can bind it. The socket does not listen: nftables leads packets away
// before they reach it, and until then a connection is refused. Sets `port.host_port` where any
// port would do. Throws Failure when the port is in use, system_error when it cannot be bound.
Fd bind_port(PublishedPort& port);

// The nft commands that publish ports, one line each, without their first word, "add" or "delete".
std::string as_nft_elements(const std::vector<PublishedPort>& ports, Address container);

void publish(const std::string& elements);

// Ports that are not there any more are no error: somebody has cleaned up before us.
void unpublish(const std::string& elements);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
