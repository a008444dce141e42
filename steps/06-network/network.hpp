// Step 6. A container's network: a cable (veth(4)) from its own network namespace to a bridge on
// the host, an address, and the files in /etc that go with them.
//
//   container        host
//   eth0 ----------- sb-3f2a91cc --+
//   172.16.0.2                     +-- stepbox0 172.16.0.1 -- routed, masqueraded -- the world
//   eth0 ----------- sb-77b0e1d4 --+
//
// Settling, the bridge, the lease and the binding of ports are done under one lock,
// /run/stepbox/network.lock.
#ifndef STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_
#define STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "04-namespaces/namespaces.hpp"
#include "06-network/addresses.hpp"
#include "06-network/firewall.hpp"
#include "06-network/gate.hpp"
#include "06-network/options.hpp"
#include "06-network/user_network.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// What the files in /etc say that name hosts; an empty text: leave the rootfs's own.
// (name_files.cpp)
struct NameFiles {
  std::string resolv_conf;
  std::string hosts;
  std::string hostname;
};

// Outside: reads the host's. Its name servers on the loopback are left out, only the host itself
// reaches them. `hostname` is empty where the container shares the host's.
NameFiles make_name_files(const NetworkOptions& options, const std::string& hostname,
                          const std::optional<Address>& address);

// Outside. The files of the container that has `process`, which is not to be trusted.
NameFiles name_files_of(pid_t process, const std::string& hostname);

// Inside. Binds such files over those of the rootfs, where it has them, and never writes to it.
void mount_name_files(const NameFiles& files);

// Outside. Takes away the cable of container `id`: its network namespace may live on, for others
// that share it, but its address is somebody else's soon.
void remove_cable(const std::string& id);

// Outside. Gives back the addresses and ports of containers whose parents were killed.
void settle_network();

// Outside, as root, for `rescue`: settles, removes cables that no living container has, and if
// there is no such container, the bridge, its table, and our rules in FORWARD. (leftovers.cpp)
void remove_network_leftovers();

// What a lease's note says is published, is so no more: remove_dead_leases() calls it.
void give_back(const std::string& note);

// The lock of all this. Throws Failure when it cannot be had within 10 s.
FileLock lock_network();

constexpr char kBridge[] = "stepbox0";

class Network {
 public:
  // Outside. Settles first. Makes the bridge if this is the first container, leases an address,
  // takes the published ports. To share the network of another container we enter it, so that the
  // child is born there, and leave it in the end; without root its user namespace, too, and stay.
  // Throws Failure: a port in use, no address left, the host routes the subnet elsewhere, not root.
  Network(const std::string& id, const NetworkOptions& options, const Namespaces& namespaces);
  ~Network();  // gives back address and ports; the veth ends with the namespace
  Network(const Network&) = delete;

  // What spawn() unshares: no network namespace with --network host or container.
  int for_clone() const { return flags_; }

  // Outside, once the child exists: the cable, and the published ports.
  void connect(pid_t child) const;

  // Those that lead in, none without a number.
  const std::vector<PublishedPort>& ports() const { return options_.ports; }

  // Inside, once it is there and the rootfs is the root: addresses, route; resolv.conf, hosts,
  // hostname.
  void configure_inside() const;

 private:
  void join_bridge(const std::string& id);
  void enter_other(const std::string& hostname);

  NetworkOptions options_;
  int flags_;  // CLONE_NEW*: what spawn() unshares
  Subnet subnet_;
  std::string veth_;
  std::string elements_;                             // what is published, as nft says it
  std::vector<Fd> ports_;                            // holds the published ports
  std::optional<Lease> lease_;                       // none without a bridge
  mutable std::optional<UserNetwork> user_network_;  // from connect() on
  NameFiles files_;
  Fd own_;  // our own network namespace, while we are in another container's
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NETWORK_HPP_
