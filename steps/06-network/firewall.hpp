// Step 6. What nftables does for us: masquerading, and ports of the host that lead inside. (nft(8))
#ifndef STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
#define STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_

#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "06-network/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Makes the table `ip stepbox` if it is not there, and whatever lets our packets through where
// somebody else drops what is forwarded, as docker does: an accept in our own table could not.
// The table is made once, and never declared again: that would wipe what running containers have
// put there. Outside, with the network's lock held.
void ensure_firewall(const Subnet& subnet);

// Reserves the port on the host, for as long as the socket that it returns lives: no other program
// and no other container can bind it. The socket does not listen: nftables redirects packets before
// they reach it, and until then a connection is refused. With any_host_port the kernel chooses one,
// and `port` holds it afterwards. Throws Failure when the port is in use, system_error when it
// cannot be bound.
Fd bind_port(PublishedPort& port);

// The nft commands that publish ports, one line each, without their first word, "add" or "delete".
std::string as_nft_elements(const std::vector<PublishedPort>& ports, Address container);

// Add these elements to the maps, or remove them. To remove one that has gone already is no error;
// one whose port leads to another container by now is (Failure), and stays.
void publish(const std::string& elements);
void unpublish(const std::string& elements);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
