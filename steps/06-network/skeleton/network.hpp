// Step 6. A container's network: a veth(4) pair from its own network namespace to a bridge on the
// host, an IPv4 address, and the files in /etc that depend on them.
//
//   container        host
//   eth0 ----------- sb-3f2a91cc --+
//   172.16.0.2                     +-- stepbox0 172.16.0.1 -- routing, masquerading -- Internet
//   eth0 ----------- sb-77b0e1d4 --+
//
// This file is the contract of each function. Write network.cpp, and call it in main.cpp.
// Given, from steps/06-network/: the options (options.hpp), addresses (address.hpp) and their
// leases (Lease, leases.hpp), the operations of ip(8) (Netlink, netlink.hpp), a gate at which the
// child waits (Gate, gate.hpp), nft(8) and tests whether an nft table or chain exists (nft.hpp).
#ifndef STEPBOX_WORK_06_NETWORK_NETWORK_HPP_
#define STEPBOX_WORK_06_NETWORK_NETWORK_HPP_

#include <sys/types.h>

#include <string>

#include "04-namespaces/namespaces.hpp"
#include "06-network/gate.hpp"
#include "06-network/options.hpp"

namespace stepbox {

class Network {
 public:
  // [parent] Makes the bridge and the table `ip stepbox` if they do not exist; leases an address;
  // reserves the published ports by bind(2). Before that it releases the leases and ports of owners
  // that were killed (remove_dead_leases()). All under a lock (lock_file() with LockRank::kNetwork,
  // common/files.hpp), as two containers may start at once. Throws Failure if a port is in use, no
  // address is left, or the host routes the subnet elsewhere.
  Network(const std::string& id, const NetworkOptions& options, const Namespaces& namespaces);
  Network(const Network&) = delete;
  ~Network();  // releases address and ports; the kernel removes the veth with its namespace

  // The flags for spawn(): without CLONE_NEWNET with --network host.
  int for_clone() const { return flags_; }

  // [parent] Called when the child exists. Makes the veth pair, and forwards the published ports.
  void connect(pid_t child);

  // [child] Called when the gate is open and the rootfs is the root. Sets up lo, eth0 and the
  // default route, and binds resolv.conf, hosts and hostname over those of the rootfs, which are
  // not changed. Leaves out name servers on the host's loopback: the container cannot reach them.
  void configure_inside() const;

 private:
  int flags_;  // CLONE_NEW*
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_06_NETWORK_NETWORK_HPP_
