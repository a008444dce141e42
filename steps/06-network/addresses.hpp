// Step 6. IPv4 addresses, and who has which.
#ifndef STEPBOX_STEPS_06_NETWORK_ADDRESSES_HPP_
#define STEPBOX_STEPS_06_NETWORK_ADDRESSES_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "common/fd.hpp"

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

// The subnets in the text of /proc/net/route, without the default route: where this host's routes
// lead.
std::vector<Subnet> parse_routes(const std::string& text);

// The subnet of the bridge: STEPBOX_SUBNET, or 172.16.0.0/16.
Subnet bridge_subnet();

// An address that a container has for itself, as long as this object lives: a file
// /run/stepbox/leases/ADDRESS, and a lock on it (flock(2)). When its holder dies, in whatever way,
// the kernel drops the lock, and the address is free. keep() puts a note into the file for whoever
// cleans up then.
class Lease {
 public:
  // Takes the next free address after the one given out last: an address that was just used is
  // still known to its old neighbours. Outside, with the network's lock held (network.cpp).
  // Throws Failure when all are taken.
  explicit Lease(const Subnet& subnet);
  ~Lease();
  Lease(const Lease&) = delete;

  Address address() const { return address_; }
  void keep(const std::string& note) const;

 private:
  Address address_;
  Fd file_;  // holds the lock
};

// The notes of all leases. After remove_dead_leases(), with the lock still held: of living holders.
std::vector<std::string> read_leases();

// Where the search for a free address goes on is forgotten. When nobody has a lease.
void forget_last_address();

// Removes the leases whose holders are dead; calls `settle` with the note of each, before it goes.
void remove_dead_leases(void (*settle)(const std::string& note));

// The directory of what lives as long as the network: /run/stepbox.
constexpr char kRunDirectory[] = "/run/stepbox";

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_ADDRESSES_HPP_
