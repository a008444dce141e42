// Step 6. Options: the network, published ports, names.
#ifndef STEPBOX_STEPS_06_NETWORK_OPTIONS_HPP_
#define STEPBOX_STEPS_06_NETWORK_OPTIONS_HPP_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "common/cli.hpp"

namespace stepbox {

// One -p [IP:][HOST:]CONTAINER[/udp].
struct PublishedPort {
  Address host_address;  // 0.0.0.0: every address of the host
  uint16_t host_port = 0;
  uint16_t container_port = 0;
  bool udp = false;
  bool any_host_port = false;  // -p 80: bind_port() finds a free one
  bool named_address = false;  // step 7: IPv6 only without one; 0.0.0.0 is one
};
// Adds one; or many: 8000-8009:80-89. Throws Failure.
void parse_value(const std::string& text, std::vector<PublishedPort>& ports);

enum class NetworkMode { kBridge, kNone, kHost, kSlirp4netns, kPasta };
const char* name_of(NetworkMode mode);  // "bridge"
std::optional<NetworkMode> mode_called(const std::string& name);
void parse_value(const std::string& text, NetworkMode& mode);

// For root the bridge; otherwise slirp4netns, or pasta if only that is installed: slirp4netns ends
// by itself with stepbox, and needs no route on the host.
NetworkMode usual_network();

// One --add-host NAME:IP: a line of /etc/hosts.
struct HostEntry {
  std::string name;
  Address address;
};
void parse_value(const std::string& text, HostEntry& entry);

struct NetworkOptions {
  NetworkMode mode = usual_network();  // --network
  std::vector<PublishedPort> ports;    // -p
  std::vector<Address> dns;            // --dns: instead of the host's name servers
  std::vector<HostEntry> hosts;        // --add-host
};
void add_options(CommandLine& cli, NetworkOptions& network);
void add_publish_options(CommandLine& cli, NetworkOptions& network);  // without --network

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_OPTIONS_HPP_
