// Step 6. A container's network: a cable (veth(4)) from its own network namespace to a bridge on
// the host, an address, and the files in /etc that go with them.
//
//   container        host
//   eth0 ----------- sb-3f2a91cc --+
//   172.16.0.2                     +-- stepbox0 172.16.0.1 -- routed, masqueraded -- the world
//   eth0 ----------- sb-77b0e1d4 --+
//
// This is the contract: what each function promises. network.cpp is yours, and main.cpp must call
// it. Given, from steps/06-network/: the options (options.hpp), addresses and who has which
// (Lease, addresses.hpp), what ip(8) does (Netlink, netlink.hpp), the child's waiting (Gate,
// gate.hpp), whether a table or chain is there (nft_query.hpp). To run nft(8): run_program()
// (common/program.hpp).
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
  // Outside. Makes the bridge and the table `ip stepbox` if this is the first container; leases an
  // address; takes the published ports by bind(2), so that nobody else gets them. First it gives
  // back what a killed start has left: its lease, its ports (remove_dead_leases()).
  // All of that under a lock (lock_file(), common/files.hpp), for two may start at once.
  // Throws Failure: a port in use, no address left, a subnet that the host routes elsewhere.
  Network(const std::string& id, const NetworkOptions& options, const Namespaces& namespaces);
  Network(const Network&) = delete;
  ~Network();  // gives back address and ports; the veth ends with the namespace

  // What spawn() unshares: no network namespace with --network host.
  int for_clone() const { return flags_; }

  // Outside, once the child exists: the cable, and the published ports.
  void connect(pid_t child) const;

  // Inside, once the gate was opened and the rootfs is the root: lo, eth0, the default route; and
  // resolv.conf, hosts, hostname, bound over those of the rootfs, which itself stays as it is. No
  // name server on the host's own loopback is handed on: from inside nobody reaches it.
  void configure_inside() const;

 private:
  int flags_;  // CLONE_NEW*
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_06_NETWORK_NETWORK_HPP_
