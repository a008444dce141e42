// Step 7. The network of a container: one of its own, as in step 6, or that of another container.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "06-network/network.hpp"

namespace stepbox {

// The network options of a container: those of step 6, and --network container:NAME.
struct ContainerNetworkOptions : NetworkOptions {
  std::string container;  // shares the network of this one; empty: of none
  pid_t process = 0;      // process 1 of that container, found before each start: not recorded
  bool is_shared() const { return !container.empty(); }
};
void parse_value(const std::string& text, ContainerNetworkOptions& network);  // --network
void add_options(CommandLine& cli, ContainerNetworkOptions& network);

// [parent] The network namespace of another container. The constructor enters it with setns(2), so
// that clone(2) creates the child in it; the destructor returns. Without root the constructor also
// enters the user namespace of that container, which gives the capability for it. From there no
// process can return.
class SharedNetwork {
 public:
  // Throws Failure; system_error when the other container has ended.
  SharedNetwork(const ContainerNetworkOptions& options, const Namespaces& namespaces);
  ~SharedNetwork();
  SharedNetwork(const SharedNetwork&) = delete;

  int for_clone() const { return flags_; }

  // [child] The other container's resolv.conf and hosts.
  void configure_inside() const { mount_name_files(files_); }

 private:
  int flags_;
  NameFiles files_;
  Fd own_;  // the namespace to go back to
};

// A network of its own, or a shared one. The functions are those of Network (network.hpp).
class ContainerNetwork {
 public:
  ContainerNetwork(const std::string& id, const ContainerNetworkOptions& options,
                   const Namespaces& namespaces);

  int for_clone() const { return own_ ? own_->for_clone() : shared_->for_clone(); }
  void connect(pid_t child);
  std::vector<PublishedPort> ports() const;
  void configure_inside() const;  // makes resolv.conf, hosts and hostname if the image has none

 private:
  std::optional<Network> own_;
  std::optional<SharedNetwork> shared_;
};

// Removes the veth of container `id`. Its network namespace may live on, for containers that share
// it, but its address will be leased to another one. [parent]
void remove_veth(const std::string& id);

// [parent] Forgets the UDP connections that were made to these ports before they were published:
// NAT looks at the first packet of a connection only, so a client that keeps sending from one port
// would never reach the container. Only warns if that fails. (network_leftovers.cpp)
void forget_udp_connections(const std::vector<PublishedPort>& ports);

// For `rescue`, as root: calls settle_network(), removes the veths that no living container has,
// and if no container is connected, the bridge, its table and the rules in FORWARD.
// (network_leftovers.cpp)
void remove_network_leftovers();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
