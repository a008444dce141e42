// Step 7. --expose and -P: ports that a container offers, and those of its image.
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_EXPOSED_PORTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_EXPOSED_PORTS_HPP_

#include <string>
#include <vector>

#include "06-network/options.hpp"

namespace stepbox {

struct ExposedPorts {
  std::vector<PublishedPort> ports;  // --expose: without an address and port of the host
  bool publish_all = false;          // -P
};
void parse_value(const std::string& text, ExposedPorts& exposed);  // adds "80", "53/udp", "80-89"
void add_options(CommandLine& cli, ExposedPorts& exposed);

// "80/tcp".
std::string text_of(const PublishedPort& port);

// The order in which ports are shown.
void sort_ports(std::vector<PublishedPort>& ports);

// With -P publishes these, and those of the image ("80/tcp"), unless they are published already, on
// free ports of the host. Throws Failure for a port of the image that is none.
void publish_all(const std::vector<std::string>& image, const ExposedPorts& exposed,
                 std::vector<PublishedPort>& published);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_EXPOSED_PORTS_HPP_
