// Step 6. IPv4 addresses and subnets, as values. (ip(7))
//
// The leases of addresses: leases.hpp.
#ifndef STEPBOX_STEPS_06_NETWORK_ADDRESS_HPP_
#define STEPBOX_STEPS_06_NETWORK_ADDRESS_HPP_

#include <cstdint>
#include <string>
#include <vector>

namespace stepbox {

// An IPv4 address, as a number in the host's byte order: adding 1 gives the next one.
struct Address {
  uint32_t number = 0;
  std::string text() const;  // "172.16.0.2"
};
void parse_value(const std::string& text, Address& address);  // throws Failure

// "172.16.0.0/16". The first host address is the bridge's own: the containers' gateway.
struct Subnet {
  uint32_t network = 0;
  int prefix = 0;

  uint64_t size() const { return uint64_t{1} << (32 - prefix); }
  Address gateway() const { return {network + 1}; }
  Address broadcast() const { return {static_cast<uint32_t>(network + size() - 1)}; }
  std::string text() const;
  bool overlaps(const Subnet& other) const;
};
void parse_value(const std::string& text, Subnet& subnet);  // throws Failure

// The subnets in the text of /proc/net/route, without the default route: where the routes of this
// host lead. (proc(5))
std::vector<Subnet> parse_routes(const std::string& text);

// The subnet of the bridge: STEPBOX_SUBNET, or 172.16.0.0/16.
Subnet bridge_subnet();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_ADDRESS_HPP_
