// Step 7. The network of a container: one of its own, as in step 6, or that of another container.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "06-network/network.hpp"
#include "07-unionfs/networks/ipv6_relay.hpp"
#include "07-unionfs/networks/joined_networks.hpp"
#include "07-unionfs/sharing/exposed_ports.hpp"
#include "07-unionfs/sharing/name_options.hpp"

namespace stepbox {

// The network options of a container: those of step 6, --network container:NAME, and networks with
// a name.
struct ContainerNetworkOptions : NetworkOptions {
  std::string container;  // shares the network of this one; empty: of none
  pid_t process = 0;      // process 1 of that container, found before each start: not recorded
  NameOptions names;      // --dns-search and so on
  ExposedPorts exposed;   // --expose, -P
  bool is_shared() const { return !container.empty(); }
  bool named = false;                // `networks` says where it is, not `mode`
  std::vector<Attachment> networks;  // may be empty: disconnected from all
  Attachment first;                  // --network-alias, --ip …, until join_first(): not recorded
  bool mode_given = false;           // not recorded
  std::string own_name;              // of this container, found before each start: not recorded
};

// Gives `first` to the first network. Throws Failure if the options exclude each other.
void join_first(ContainerNetworkOptions& network);
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
  NameFiles& names() { return files_; }

  // [child] The other container's resolv.conf and hosts.
  void configure_inside() const { mount_name_files(files_); }

 private:
  int flags_;
  NameFiles files_;
  Fd own_;  // the namespace to go back to
};

// A network of its own, a shared one, or networks with a name. The functions are those of Network
// (network.hpp).
class ContainerNetwork {
 public:
  ContainerNetwork(const std::string& id, const ContainerNetworkOptions& options,
                   const Namespaces& namespaces);

  int for_clone() const;
  void connect(pid_t child);
  std::vector<PublishedPort> ports() const;
  void configure_inside() const;  // makes resolv.conf, hosts and hostname if the image has none

 private:
  std::optional<Network> own_;
  std::optional<SharedNetwork> shared_;
  NameOptions names_;
  std::optional<JoinedNetworks> joined_;
  std::optional<HostsFile> hosts_;  // on bridges: others bring it up to date
  std::optional<Ipv6Relay> relay_;
  std::string veth_;  // of own_
  bool user_namespace_;
  Farewell farewell_;  // destroyed first: own_ and joined_ hold the locks
};

// Removes the veths of container `id`. Its network namespace may live on, for containers that share
// it, but its addresses will be leased to others. [parent]
void remove_veths(const std::string& id);

// The links of the host whose names begin with `prefix`: "sb-" for the veths of all containers.
// (network_leftovers.cpp)
std::vector<std::string> list_links(std::string_view prefix);

// [parent] Forgets the UDP connections that were made to these ports before they were published:
// NAT looks at the first packet of a connection only, so a client that keeps sending from one port
// would never reach the container. Only warns if that fails. (network_leftovers.cpp)
void forget_udp_connections(const std::vector<PublishedPort>& ports);

// For `rescue`, as root: calls settle_members() and settle_network(), removes the veths that no
// living container has, and if no container is connected, all bridges (also those of networks with
// a name), the table and the rules in FORWARD.
// (network_leftovers.cpp)
void remove_network_leftovers();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
