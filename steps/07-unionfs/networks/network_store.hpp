// Step 7. The networks that users made, as records in the store: networks/NAME.json. They survive
// a reboot; the bridge of a network is made when a container first needs it (network_bridge.hpp).
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_STORE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_STORE_HPP_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "common/error.hpp"

namespace stepbox {

struct NamedNetwork {
  std::string name;
  std::string id;          // 64 digits
  Subnet subnet = {};      // prefix 0: none (host, none)
  Address gateway = {};    // the host's address on the bridge
  bool internal = false;   // no way out, and none in
  bool own_range = false;  // the user chose the subnet: addresses may be asked for
  std::map<std::string, std::string> labels = {};
  int64_t created = 0;  // seconds since 1970
  std::string driver = "bridge";

  std::string bridge() const;  // "stepbox-3f2a91c"; of the network `bridge` stepbox0
};

// The networks that are always there: bridge, host, none.
bool is_predefined(const std::string& name);

// All of them, also the predefined ones, in the order of their names. Throws system_error; Failure
// for a record of a newer version.
std::vector<NamedNetwork> all_networks();

class NoSuchNetwork : public Failure {
  using Failure::Failure;
};

// The network with this name or id, else the only one whose id begins with `reference`.
// Throws NoSuchNetwork; Failure if several ids begin with it.
NamedNetwork find_network(const std::string& reference);

bool has_network(const std::string& reference);  // whether find_network() finds it

// Writes the record of a network with the name, labels and so on of `wanted`, and a subnet, if that
// has none, which neither the host nor another network uses. Returns it. Throws Failure: the name
// is taken or predefined, the subnet overlaps another, the gateway is not in it, no subnet is left.
NamedNetwork create_network(NamedNetwork wanted, const std::optional<Address>& gateway);

// Removes the record. Call with lock_network() held.
void remove_network_record(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_NETWORK_STORE_HPP_
