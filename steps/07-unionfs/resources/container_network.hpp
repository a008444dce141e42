// Step 7. The network of a container: one of its own, as in step 6, or that of another container.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "06-network/network.hpp"

namespace stepbox {

// What --network and its companions ask for: step 6's options, or --network container:NAME.
struct ContainerNetworkOptions : NetworkOptions {
  std::string container;  // whose network it shares; empty: none
  pid_t process = 0;      // process 1 of that container, found before each start: not recorded
  bool is_shared() const { return !container.empty(); }
};
void parse_value(const std::string& text, ContainerNetworkOptions& network);  // --network
void add_options(CommandLine& cli, ContainerNetworkOptions& network);

// The network namespace of another container. The calling process enters it, so that its child is
// born there, and leaves it in the end. Not root, it enters that container's user namespace first,
// because only there it has the right to; and cannot leave it. [parent]
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

// One of both. Functions are Network's.
class ContainerNetwork {
 public:
  ContainerNetwork(const std::string& id, const ContainerNetworkOptions& options,
                   const Namespaces& namespaces);

  int for_clone() const { return own_ ? own_->for_clone() : shared_->for_clone(); }
  void connect(pid_t child);
  std::vector<PublishedPort> ports() const;
  void configure_inside() const;

 private:
  std::optional<Network> own_;
  std::optional<SharedNetwork> shared_;
};

// Removes the veth of container `id`. Its network namespace may live on, for containers that share
// it, but its address will be leased to another one. [parent]
void remove_veth(const std::string& id);

// For `rescue`, as root: settles, removes the veths that no living container has, and if no
// container is connected, the bridge, its table and the rules in FORWARD. (network_leftovers.cpp)
void remove_network_leftovers();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_NETWORK_HPP_
