// Step 7. That a container is to be on a network with a name: the options of run and of `network
// connect`.
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_ATTACHMENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_ATTACHMENT_HPP_

#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "common/cli.hpp"

namespace stepbox {

// --link CONTAINER[:ALIAS]. Once the container is created, `container` is an id.
struct ContainerLink {
  std::string container;
  std::string alias;  // another name for it, for this container only
};
void parse_value(const std::string& text, ContainerLink& link);  // throws Failure

// --mac-address 02:42:ac:12:00:02. Empty: 02:42 and the IPv4 address.
struct MacAddress {
  std::string text;
};
void parse_value(const std::string& text, MacAddress& mac);  // throws Failure

// --network-alias NAME: a word of /etc/hosts.
struct Alias {
  std::string name;
};
void parse_value(const std::string& text, Alias& alias);  // throws Failure

struct Attachment {
  std::string network;  // its name
  std::vector<Alias> aliases = {};
  std::vector<ContainerLink> links = {};
  Address address = {};  // 0: a free one
  MacAddress mac = {};
};

// --network NAME, or docker's long form name=NAME,alias=A,ip=IP,mac-address=MAC. Throws Failure.
void parse_value(const std::string& text, Attachment& attachment);

// --ip and --link, and the names of the option for an alias: "--network-alias", "--alias".
void add_attachment_options(CommandLine& cli, const char* alias, Attachment& attachment);

// Whether `text` may be the name of a network: letters, digits and _.- ; a letter or digit first.
bool is_network_name(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_ATTACHMENT_HPP_
