// Step 7. Published ports by IPv6: [::1]:8080, or any IPv6 address of the host.
//
// Containers and bridges have IPv4 only, and NAT does not lead from one to the other. So a process
// listens at [::], and passes on what it gets to the same port of 127.0.0.1, from where nftables
// leads it into the container. The container sees the host as the sender.
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_IPV6_RELAY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_IPV6_RELAY_HPP_

#include <sys/types.h>

#include <vector>

#include "06-network/options.hpp"

namespace stepbox {

// [parent] The process. It ends with this object, and is killed when the parent dies.
class Ipv6Relay {
 public:
  // For the ports that were published on every address of the host; for those with -p IP: there is
  // none. No process is made if there is no such port, or the host has no IPv6. Throws Failure when
  // a port is in use; one that the kernel chose is left out then.
  explicit Ipv6Relay(const std::vector<PublishedPort>& ports);
  ~Ipv6Relay();
  Ipv6Relay(const Ipv6Relay&) = delete;

 private:
  pid_t pid_ = -1;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_IPV6_RELAY_HPP_
