// Step 6. A container's network: a veth(4) pair from its own network namespace to a bridge on
// the host, an address, and the files in /etc that go with them.
//
//   container        host
//   eth0 ----------- sb-3f2a91cc --+
//   172.16.0.2                     +-- stepbox0 172.16.0.1 -- routed, masqueraded -- Internet
//   eth0 ----------- sb-77b0e1d4 --+
//
// One lock, /run/stepbox/network.lock, protects the bridge, the leases, the binding of ports, and
// settle_network().
#ifndef STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_
#define STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "04-namespaces/namespaces.hpp"
#include "06-network/address.hpp"
#include "06-network/firewall.hpp"
#include "06-network/gate.hpp"
#include "06-network/leases.hpp"
#include "06-network/name_files.hpp"
#include "06-network/options.hpp"
#include "06-network/user_network.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

constexpr char kBridge[] = "stepbox0";

// The host's end of a container's veth: "sb-" and the beginning of its id.
std::string veth_of(const std::string& id);

// [parent] Releases the addresses and ports of containers whose parents were killed. Does nothing
// without root.
void settle_network();

// [parent] Makes kBridge and the firewall, if this is the first container. Called with the lock
// held. Throws as Network() does.
void ensure_bridge(const Subnet& subnet);

// Locks the network against changes by other containers.
// Throws Failure when another process holds it for 10 s.
FileLock lock_network();

class Network {
 public:
  // [parent] Calls settle_network() first. Makes the bridge if this is the first container, leases
  // an address, binds the published ports. Throws Failure: a port in use, no address left, the host
  // routes the subnet elsewhere, not root.
  Network(const std::string& id, const NetworkOptions& options, const Namespaces& namespaces);
  ~Network();  // releases address and ports; the kernel removes the veth with the namespace
  Network(const Network&) = delete;

  // The flags for spawn(): without CLONE_NEWNET with --network host.
  int for_clone() const { return flags_; }

  // [parent] Called when the child exists. Makes the veth, and publishes the ports.
  void connect(pid_t child);

  // The published ports, each with the number that it has on the host.
  const std::vector<PublishedPort>& ports() const { return options_.ports; }

  // The files that configure_inside() binds.
  NameFiles& names() { return files_; }

  // [child] Called when the veth exists and the rootfs is the root. Sets up links, address and
  // default route; binds resolv.conf, hosts and hostname.
  void configure_inside() const;

 private:
  void join_bridge(const std::string& id);

  NetworkOptions options_;
  int flags_;  // CLONE_NEW*, for spawn()
  Subnet subnet_;
  std::string veth_;
  std::string elements_;                     // the published ports, as nft elements
  std::vector<Fd> ports_;                    // reserves the published ports
  std::optional<Lease> lease_;               // none without a bridge
  std::optional<UserNetwork> user_network_;  // from connect() on
  NameFiles files_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_
