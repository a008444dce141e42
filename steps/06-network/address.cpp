#include "06-network/address.hpp"

#include <arpa/inet.h>

#include <bit>
#include <cstdlib>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string Address::text() const {
  const in_addr address{htonl(number)};
  char text[INET_ADDRSTRLEN];
  return ::inet_ntop(AF_INET, &address, text, sizeof text);
}

void parse_value(const std::string& text, Address& address) {
  in_addr parsed;
  if (::inet_pton(AF_INET, text.c_str(), &parsed) != 1) {
    throw Failure(join({"'", text, "' is no IPv4 address"}), "as 192.0.2.1");
  }
  address.number = ntohl(parsed.s_addr);
}

std::string Subnet::text() const { return Address{network}.text() + "/" + std::to_string(prefix); }

bool Subnet::overlaps(const Subnet& other) const {
  return network < other.network + other.size() && other.network < network + size();
}

void parse_value(const std::string& text, Subnet& subnet) {
  const std::vector<std::string> parts = split(text, '/');
  const auto prefix = parts.size() == 2 ? parse_number(parts[1]) : std::nullopt;
  // Room for a gateway and a container at least; and no more addresses than a private network has.
  if (!prefix || *prefix < 8 || *prefix > 30) {
    throw Failure(join({"'", text, "' is no subnet"}), "as 172.16.0.0/16; /8 to /30");
  }
  Address address;
  parse_value(parts[0], address);
  subnet.prefix = static_cast<int>(*prefix);
  subnet.network = address.number & ~static_cast<uint32_t>(subnet.size() - 1);
  const uint32_t first_byte = subnet.network >> 24;
  if (first_byte == 0 || first_byte == 127 || first_byte >= 224) {
    throw Failure(join({"'", text, "' is no subnet for hosts"}), "as 172.16.0.0/16");
  }
}

// Iface Destination Gateway Flags RefCnt Use Metric Mask …; addresses in hex, network byte order.
std::vector<Subnet> parse_routes(const std::string& text) {
  std::vector<Subnet> routes;
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> words = split(line, '\t');
    if (words.size() < 8 || words[0] == "Iface") continue;
    const auto address = static_cast<uint32_t>(std::strtoul(words[1].c_str(), nullptr, 16));
    const auto mask = static_cast<uint32_t>(std::strtoul(words[7].c_str(), nullptr, 16));
    if (mask != 0) routes.push_back({ntohl(address), std::popcount(mask)});
  }
  return routes;
}

Subnet bridge_subnet() {
  const char* text = std::getenv("STEPBOX_SUBNET");
  Subnet subnet;
  parse_value(text ? text : "172.16.0.0/16", subnet);
  return subnet;
}

}  // namespace stepbox
