#include "06-network/options.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

static uint16_t parse_port(const std::string& text, const std::string& whole) {
  const auto number = parse_number(text);
  if (!number || *number < 1 || *number > 65535) {
    throw Failure(join({"'", whole, "' is not [IP:]HOST:CONTAINER[/udp]"}),
                  "ports go from 1 to 65535");
  }
  return static_cast<uint16_t>(*number);
}

void parse_value(const std::string& text, PublishedPort& port) {
  const std::vector<std::string> protocol = split(text, '/');
  const std::vector<std::string> parts = split(protocol[0], ':');
  const bool known = protocol.size() == 1 ||
                     (protocol.size() == 2 && (protocol[1] == "udp" || protocol[1] == "tcp"));
  if (!known || parts.size() < 2 || parts.size() > 3) {
    throw Failure(join({"'", text, "' is not [IP:]HOST:CONTAINER[/udp]"}), "as 8080:80");
  }
  if (parts.size() == 3) parse_value(parts[0], port.host_address);
  port.host_port = parse_port(parts[parts.size() - 2], text);
  port.container_port = parse_port(parts[parts.size() - 1], text);
  port.udp = protocol.size() == 2 && protocol[1] == "udp";
}

void parse_value(const std::string& text, NetworkMode& mode) {
  if (text == "bridge") {
    mode = NetworkMode::kBridge;
  } else if (text == "none") {
    mode = NetworkMode::kNone;
  } else if (text == "host") {
    mode = NetworkMode::kHost;
  } else if (text == "slirp4netns") {
    mode = NetworkMode::kSlirp4netns;
  } else if (text == "pasta") {
    mode = NetworkMode::kPasta;
  } else {
    throw Failure(join({"no network is called '", text, "'"}),
                  "bridge, none, host, slirp4netns, pasta");
  }
}

void parse_value(const std::string& text, NetworkOptions& network) {
  constexpr std::string_view kOther = "container:";
  if (network.knows_containers && text.starts_with(kOther) && text.size() > kOther.size()) {
    network.mode = NetworkMode::kContainer;
    network.container = text.substr(kOther.size());
  } else {
    parse_value(text, network.mode);
  }
}

void parse_value(const std::string& text, HostEntry& entry) {
  const size_t colon = text.find(':');
  const bool blank = text.find_first_of(" \t\n") != std::string::npos;
  if (colon == std::string::npos || colon == 0 || blank) {
    throw Failure(join({"'", text, "' is not NAME:IP"}), "as db:172.16.0.9");
  }
  entry.name = text.substr(0, colon);
  parse_value(text.substr(colon + 1), entry.address);
}

void add_options(CommandLine& cli, NetworkOptions& network) {
  cli.option(
      "--network", "MODE", network,
      join({"bridge (an address of its own), none, host, slirp4netns or pasta (without root)",
            network.knows_containers ? ", container:NAME" : ""}));
  cli.list("-p,--publish", "[IP:]HOST:CONTAINER[/udp]", network.ports,
           "Lead a port of the host to one of the container");
  cli.list("--dns", "IP", network.dns, "Name server, instead of the host's");
  cli.list("--add-host", "NAME:IP", network.hosts, "Add a line to /etc/hosts");
}

}  // namespace stepbox
