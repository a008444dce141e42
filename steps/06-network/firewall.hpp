// Step 6. Rules of nftables: masquerading, and published ports. (nft(8))
#ifndef STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
#define STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_

#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "06-network/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// [parent] Makes the table `ip stepbox` if it does not exist, and inserts accept rules into the
// chain of another program, such as docker, that drops forwarded packets: an accept in a table of
// stepbox's own would not overrule the drop. The table is made once, and never declared again: that
// would delete the elements of running containers. Called with the network's lock held.
void ensure_firewall(const Subnet& subnet);

// Reserves the port on the host, for as long as the socket that it returns lives: no other program
// and no other container can bind it. The socket does not listen: nftables redirects packets before
// they reach it, and until then a connection is refused. With any_host_port the kernel chooses one,
// and `port` holds it afterwards. Throws Failure when the port is in use, system_error when it
// cannot be bound.
Fd bind_port(PublishedPort& port);

// The nft commands that publish ports, one line each, without their first word, "add" or "delete".
std::string as_nft_elements(const std::vector<PublishedPort>& ports, Address container);

// Add these elements to the maps, or remove them. Removing one that is gone already is no error. If
// its port leads to another container now, the element stays, and unpublish() throws Failure.
void publish(const std::string& elements);
void unpublish(const std::string& elements);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_FIREWALL_HPP_
