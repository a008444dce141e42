// Step 6. Leases of addresses of the bridge's subnet.
#ifndef STEPBOX_STEPS_06_NETWORK_LEASES_HPP_
#define STEPBOX_STEPS_06_NETWORK_LEASES_HPP_

#include <string>

#include "06-network/address.hpp"
#include "common/fd.hpp"

namespace stepbox {

// /run is empty after a reboot, when the bridge is gone, too. Each lease is a file in
// kLeaseDirectory, named as its address. kLastAddress holds the address that was leased last, as a
// number.
constexpr char kRunDirectory[] = "/run/stepbox";
constexpr char kLeaseDirectory[] = "/run/stepbox/leases";
constexpr char kLastAddress[] = "/run/stepbox/last-address";

// [parent] The address of one container, as long as this object lives: a file in kLeaseDirectory,
// and a lock on it (flock(2)). When the owner is killed, the kernel releases the lock, and the next
// start finds a dead lease.
class Lease {
 public:
  // Takes the next free address after the one that was leased last, because neighbours still have
  // the hardware address of a recent owner in their ARP caches. Called with the network's lock held
  // (network.hpp). Throws Failure when no address is free.
  explicit Lease(const Subnet& subnet);
  ~Lease();
  Lease(const Lease&) = delete;

  Address address() const { return address_; }

  // Writes a note into the file, for the process that removes a dead lease.
  void keep(const std::string& note) const;

 private:
  Address address_;
  Fd file_;  // holds the lock
};

// Removes the leases whose owners have died; before that, calls `settle` with the note of each.
// Called with the network's lock held.
void remove_dead_leases(void (*settle)(const std::string& note));

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_LEASES_HPP_
