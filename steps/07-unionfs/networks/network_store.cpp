#include "07-unionfs/networks/network_store.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "06-network/network.hpp"
#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/store.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

// Of the format of networks/NAME.json.
constexpr int kNetworkVersion = 1;

static std::string directory() { return store() + "/networks"; }
static std::string path_of(const std::string& name) {
  return join({directory(), "/", name, ".json"});
}

std::string NamedNetwork::bridge() const {
  return name == "bridge" ? kBridge : "stepbox-" + id.substr(0, 7);  // 15 characters: IFNAMSIZ
}

bool is_predefined(const std::string& name) {
  return name == "bridge" || name == "host" || name == "none";
}

static NamedNetwork predefined(const std::string& name, const std::string& driver) {
  return {.name = name, .id = sha256("stepbox network " + name), .driver = driver};
}

static void write_record(const NamedNetwork& network) {
  const nlohmann::json json{{"version", kNetworkVersion},
                            {"name", network.name},
                            {"id", network.id},
                            {"subnet", network.subnet.text()},
                            {"gateway", network.gateway.text()},
                            {"internal", network.internal},
                            {"own_range", network.own_range},
                            {"labels", network.labels},
                            {"created", network.created}};
  make_directories(directory(), 0700);
  replace_file(path_of(network.name), json.dump(2) + "\n");
}

static NamedNetwork read_network(const std::string& name) {
  const std::string path = path_of(name);
  const std::string text = read_file(path);
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("version") > kNetworkVersion) {
      throw Failure(join({"read ", path, ": a newer version of stepbox wrote it"}),
                    "use that version");
    }
    NamedNetwork network{.name = json.at("name"),
                         .id = json.at("id"),
                         .internal = json.at("internal"),
                         .own_range = json.at("own_range"),
                         .labels = json.at("labels"),
                         .created = json.at("created")};
    parse_value(json.at("subnet").get<std::string>(), network.subnet);
    parse_value(json.at("gateway").get<std::string>(), network.gateway);
    return network;
  } catch (const nlohmann::json::exception&) {
    throw Failure(join({"read ", path, ": not a record of a network"}));
  }
}

std::vector<NamedNetwork> all_networks() {
  std::vector<NamedNetwork> networks{predefined("bridge", "bridge"), predefined("host", "host"),
                                     predefined("none", "null")};
  networks[0].subnet = bridge_subnet();
  networks[0].gateway = bridge_subnet().gateway();
  for (const std::string& file : list_directory(directory())) {
    if (!file.ends_with(".json")) continue;  // replace_file() was interrupted
    networks.push_back(read_network(file.substr(0, file.size() - 5)));
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(networks.begin(), networks.end(), by_name);
  return networks;
}

NamedNetwork find_network(const std::string& reference) {
  std::vector<NamedNetwork> found;
  for (NamedNetwork& network : all_networks()) {
    if (network.name == reference || network.id == reference) return network;
    if (!reference.empty() && network.id.starts_with(reference)) found.push_back(network);
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    throw NoSuchNetwork(join({"network ", reference, " not found"}), "network ls lists them");
  }
  throw Failure(join({"network ", reference, " is ambiguous"}), "give more digits of its id");
}

bool has_network(const std::string& reference) try {
  return find_network(reference).driver != "";
} catch (const NoSuchNetwork&) {
  return false;
}

// The subnets of networks are /16 in 172.17.0.0 to 172.31.0.0, then /20 in 192.168.0.0/16: the
// private ones (RFC 1918) that docker takes, too.
static Subnet free_subnet(const std::vector<Subnet>& taken) {
  for (uint32_t i = 17; i < 48; ++i) {
    const Subnet subnet =
        i < 32 ? Subnet{0xac000000 | i << 16, 16} : Subnet{0xc0a80000 | (i - 32) << 12, 20};
    const auto overlaps = [&](const Subnet& other) { return other.overlaps(subnet); };
    if (std::none_of(taken.begin(), taken.end(), overlaps)) return subnet;
  }
  throw Failure("no subnet is left for another network", "give one: --subnet 10.88.0.0/16");
}

static void check_subnet(const Subnet& subnet, const std::vector<Subnet>& networks,
                         const std::vector<Subnet>& routes) {
  for (const Subnet& other : networks) {
    if (!other.overlaps(subnet)) continue;
    throw Failure(join({"the pool ", subnet.text(),
                        " overlaps with other one on this address "
                        "space: ",
                        other.text()}),
                  "leave --subnet out: a free one is chosen");
  }
  for (const Subnet& route : routes) {
    if (!route.overlaps(subnet)) continue;
    throw Failure(join({"the host already has a route to ", route.text(), ", which ", subnet.text(),
                        " would hide"}),
                  "leave --subnet out: a free one is chosen");
  }
}

static Address choose_gateway(const Subnet& subnet, const Address& wanted) {
  const uint32_t offset = wanted.number - subnet.network;
  if (offset != 0 && offset < subnet.size() - 1) return wanted;
  throw Failure(join({"no matching subnet for gateway ", wanted.text()}),
                "it must be an address in the subnet");
}

NamedNetwork create_network(NamedNetwork wanted, const std::optional<Address>& gateway) {
  if (is_predefined(wanted.name)) {
    throw Failure(join({"operation is not permitted on predefined ", wanted.name, " network"}),
                  "choose another name");
  }
  const FileLock lock = lock_network();
  std::vector<Subnet> taken;
  for (const NamedNetwork& other : all_networks()) {
    if (other.name == wanted.name) {
      throw Failure(join({"network with name ", wanted.name, " already exists"}),
                    "choose another name");
    }
    if (other.subnet.prefix) taken.push_back(other.subnet);
  }
  const std::vector<Subnet> routes = parse_routes(read_file("/proc/net/route"));
  if (wanted.own_range) {
    check_subnet(wanted.subnet, taken, routes);
  } else {
    taken.insert(taken.end(), routes.begin(), routes.end());
    wanted.subnet = free_subnet(taken);
  }
  wanted.gateway = gateway ? choose_gateway(wanted.subnet, *gateway) : wanted.subnet.gateway();
  wanted.id = new_id();
  wanted.created = ::time(nullptr);
  write_record(wanted);
  return wanted;
}

void remove_network_record(const std::string& name) {
  if (::unlink(path_of(name).c_str()) == -1) throw_errno({"rm ", path_of(name)});
}

}  // namespace stepbox
