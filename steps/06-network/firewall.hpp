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

// Takes the port on the host by a socket, which nobody reads: nftables leads packets away before
// they come to it. So no other program, and no other container, gets the port. Where any would do,
// `port` says afterwards which it is. Throws Failure when it is in use.
Fd bind_port(PublishedPort& port);

// Once nftables leads the ports away: resets the connections of those who came before that, and
// would wait for ever. The ports stay taken.
void hang_up(const std::vector<Fd>& ports);

// The nft commands that publish ports, one line each, without their first word, "add" or "delete".
std::string as_nft_elements(const std::vector<PublishedPort>& ports, Address container);

void publish(const std::string& elements);

// Ports that are not there any more are no error: somebody has cleaned up before us.
void unpublish(const std::string& elements);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
