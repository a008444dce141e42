#include "06-network/addresses.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
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

static std::string directory() { return join({kRunDirectory, "/leases"}); }
static std::string path_of(Address address) { return directory() + "/" + address.text(); }
static std::string last_path() { return join({kRunDirectory, "/last-address"}); }

// What was given out last in this subnet; its gateway, when nothing was.
static Address last_address(const Subnet& subnet) {
  Address last = subnet.gateway();
  if (!exists(last_path())) return last;
  const auto number = parse_number(read_file(last_path()));
  const uint32_t offset = static_cast<uint32_t>(number.value_or(0)) - subnet.network;
  if (number && offset > 1 && offset < subnet.size()) last.number = subnet.network + offset;
  return last;
}

// LAB: lease
Lease::Lease(const Subnet& subnet) {
  make_directories(directory(), 0700);
  const uint32_t end = subnet.broadcast().number - subnet.network;
  uint32_t offset = last_address(subnet).number - subnet.network;
  for (uint32_t tries = 2; tries < end; ++tries) {
    offset = offset + 1 < end ? offset + 1 : 2;  // 0 and 1 are the network and the gateway
    address_.number = subnet.network + offset;
    const std::string path = path_of(address_);
    if (exists(path)) continue;
    create_file(last_path(), std::to_string(address_.number));
    explain({"set -C; exec 9> ", path, "; flock 9"});
    file_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file_ || !try_lock(file_, path)) throw_errno({"create ", path});
    return;
  }
  throw Failure(join({"no free address in ", subnet.text()}),
                "end a container, or give STEPBOX_SUBNET a larger one");
}

Lease::~Lease() {
  explain({"rm ", path_of(address_)});
  if (::unlink(path_of(address_).c_str()) == 0) return;
  warn({"rm ", path_of(address_), ": ", std::generic_category().message(errno)});
}

void Lease::keep(const std::string& note) const { create_file(path_of(address_), note); }

void remove_dead_leases(void (*settle)(const std::string& note)) {
  DIR* leases = ::opendir(directory().c_str());
  if (!leases) return;
  while (const dirent* entry = ::readdir(leases)) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = directory() + "/" + entry->d_name;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || !try_lock(file, path)) continue;
    settle(read_file(path));
    explain({"rm ", path});
    ::unlink(path.c_str());
  }
  ::closedir(leases);
}

std::vector<std::string> read_leases() {
  std::vector<std::string> notes;
  DIR* leases = ::opendir(directory().c_str());
  while (const dirent* entry = leases ? ::readdir(leases) : nullptr) {
    if (entry->d_name[0] != '.') notes.push_back(read_file(directory() + "/" + entry->d_name));
  }
  if (leases) ::closedir(leases);
  return notes;
}

void forget_last_address() { ::unlink(last_path().c_str()); }

}  // namespace stepbox
