// Step 7. The networks with a name that a container is on: from its start, and changed while it
// runs.
//
//   container                   host
//   eth0 172.18.0.2 ----------- sb-3f2a91cc-0 --- stepbox-77b0e1d   network shop
//   eth1 172.19.0.5 ----------- sb-3f2a91cc-1 --- stepbox-c01d5a4   network backup
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_JOINED_NETWORKS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_JOINED_NETWORKS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "06-network/network.hpp"
#include "07-unionfs/networks/hosts_file.hpp"
#include "07-unionfs/networks/members.hpp"

namespace stepbox {

// Takes a container off its networks when it ends: also off those that were connected while it ran,
// so each container on a bridge has one. Does nothing if it is no member. [parent]
class Farewell {
 public:
  explicit Farewell(const std::string& id) : id_(id) {}
  ~Farewell();
  Farewell(const Farewell&) = delete;

 private:
  std::string id_;
};

// The functions are those of Network (network.hpp), in their order.
class JoinedNetworks {
 public:
  // `attachments`: in the order of eth0, eth1 … Throws Failure: an unknown network, no free
  // address, a port in use, not root.
  JoinedNetworks(const std::string& id, const std::string& name, const NetworkOptions& options,
                 const std::vector<Attachment>& attachments, const Namespaces& namespaces);
  JoinedNetworks(const JoinedNetworks&) = delete;

  int for_clone() const { return flags_; }
  void connect(pid_t child);
  const std::vector<PublishedPort>& ports() const { return options_.ports; }
  NameFiles& names() { return files_; }
  void configure_inside() const;

 private:
  void join(const std::vector<Attachment>& attachments);

  NetworkOptions options_;
  int flags_;
  Member member_;
  std::vector<Fd> ports_;  // reserves the published ports
  Fd file_;                // the member's file, locked
  NameFiles files_;
};

// Throws Failure without root: named networks need bridges.
void check_named_networks();

// A running container, as the verbs know it.
struct RunningContainer {
  std::string id, name, hostname;
  pid_t pid = 0;  // process 1
  std::vector<PublishedPort> ports;
};

// For `network connect` and `disconnect`, as root. Throw Failure: an address in use or outside of
// the subnet, the container has just ended.
void connect_running(const RunningContainer& container, const NamedNetwork& network,
                     const Attachment& attachment);
void disconnect_running(const RunningContainer& container, const NamedNetwork& network);

// Removes a network. Throws Failure for a predefined one, or if a running container is on it.
void remove_network(const NamedNetwork& network);

// Removes the networks that no running container is on. Returns their names.
std::vector<std::string> prune_networks();

// The member that a running container is; none if it is on no network with a name.
std::optional<Member> find_member(const std::string& id);

// For `rename`: the others know it by the new name.
void rename_member(const std::string& id, const std::string& name);

// After the start of a container on the default bridge: those that have a --link to it know its
// address.
void tell_linked();

// Forgets members whose holders were killed. Called first by every verb, before
// settle_network(), which would leave them without leases, and the recovery of records. Does
// nothing without root.
void settle_members();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_JOINED_NETWORKS_HPP_
