#include "06-network/options.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "common/error.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

struct PortRange {
  int64_t first, last;
};

// "80", "80-89".
static PortRange parse_range(const std::string& text, const std::string& whole) {
  const std::vector<std::string> ends = split(text, '-');
  const auto first = parse_number(ends.front()), last = parse_number(ends.back());
  if (ends.size() > 2 || !first || !last || *first < 1 || *last < *first || *last > 65535) {
    throw Failure(join({"'", whole, "' is not [IP:][HOST:]CONTAINER[/udp]"}),
                  "ports go from 1 to 65535");
  }
  return {*first, *last};
}

void parse_value(const std::string& text, std::vector<PublishedPort>& ports) {
  const std::vector<std::string> protocol = split(text, '/');
  const std::vector<std::string> parts = split(protocol[0], ':');
  const bool known = protocol.size() == 1 ||
                     (protocol.size() == 2 && (protocol[1] == "udp" || protocol[1] == "tcp"));
  if (!known || parts.size() > 3) {
    throw Failure(join({"'", text, "' is not [IP:][HOST:]CONTAINER[/udp]"}), "as 8080:80");
  }
  PublishedPort port;
  port.udp = protocol.size() == 2 && protocol[1] == "udp";
  port.named_address = parts.size() == 3;
  if (port.named_address) parse_value(parts[0], port.host_address);
  const PortRange inside = parse_range(parts.back(), text);
  port.any_host_port = parts.size() == 1 || parts[parts.size() - 2].empty();
  const PortRange outside =
      port.any_host_port ? inside : parse_range(parts[parts.size() - 2], text);
  if (outside.last - outside.first != inside.last - inside.first) {
    throw Failure(join({"'", text, "' names more ports on one side"}), "as 8000-8009:80-89");
  }
  for (int64_t i = 0; outside.first + i <= outside.last; ++i) {
    port.host_port = static_cast<uint16_t>(outside.first + i);
    port.container_port = static_cast<uint16_t>(inside.first + i);
    ports.push_back(port);
  }
}

// In the order of NetworkMode.
constexpr const char* kModes[] = {"bridge", "none", "host", "slirp4netns", "pasta"};

const char* name_of(NetworkMode mode) { return kModes[static_cast<size_t>(mode)]; }

std::optional<NetworkMode> mode_called(const std::string& name) {
  const auto* found = std::find(std::begin(kModes), std::end(kModes), name);
  if (found == std::end(kModes)) return std::nullopt;
  return static_cast<NetworkMode>(found - kModes);
}

void parse_value(const std::string& text, NetworkMode& mode) {
  const auto known = mode_called(text);
  if (!known) {
    throw Failure(join({"no network is called '", text, "'"}),
                  "bridge, none, host, slirp4netns, pasta");
  }
  mode = *known;
}

NetworkMode usual_network() {
  if (::geteuid() == 0) return NetworkMode::kBridge;
  const bool pasta = !has_program("slirp4netns") && has_program("pasta");
  return pasta ? NetworkMode::kPasta : NetworkMode::kSlirp4netns;
}

void parse_value(const std::string& text, HostEntry& entry) {
  const size_t colon = text.find_first_of(":=");
  const bool blank = text.find_first_of(" \t\n") != std::string::npos;
  if (colon == std::string::npos || colon == 0 || blank) {
    throw Failure(join({"'", text, "' is not NAME:IP"}), "as db:172.16.0.9");
  }
  entry.name = text.substr(0, colon);
  const std::string address = text.substr(colon + 1);
  if (address == "host-gateway") {
    entry.address = bridge_subnet().gateway();  // the container's address for the host
  } else {
    parse_value(address, entry.address);
  }
}

void add_publish_options(CommandLine& cli, NetworkOptions& network) {
  cli.option(
      "-p,--publish", "[IP:][HOST:]CONTAINER[/udp]", network.ports,
      "Publish a port of the container, or a range such as 8000-8009:80-89, on the host; on a "
      "free port if HOST is missing");
  cli.list("--dns", "IP", network.dns, "Name server (the host's)");
  cli.list("--add-host", "NAME:IP", network.hosts, "Add an entry to /etc/hosts");
}

void add_options(CommandLine& cli, NetworkOptions& network) {
  cli.option("--network,--net", "MODE", network.mode,
             "bridge (an address of its own), none, host, slirp4netns or pasta (without root)");
  add_publish_options(cli, network);
}

}  // namespace stepbox
