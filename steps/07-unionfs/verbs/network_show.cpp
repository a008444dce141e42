// network ls, network inspect.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/formats/container_filters.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/inspect.hpp"
#include "07-unionfs/verbs/network.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// The running containers of a network. Those that were started on the default bridge alone are no
// members.
Json containers_as_json(const NamedNetwork& network) {
  Json containers = Json::object();
  const auto add = [&](const std::string& id, const std::string& name, const Address& address,
                       const std::string& mac) {
    containers[id] = {
        {"Name", name},
        {"EndpointID", sha256(id + network.id)},
        {"MacAddress", mac},
        {"IPv4Address", join({address.text(), "/", std::to_string(network.subnet.prefix)})},
        {"IPv6Address", ""}};
  };
  for (const Record& record : all_containers()) {
    if (!record.running) continue;
    if (const auto member = find_member(record.id)) {
      const Endpoint* endpoint = member->on(network.id);
      if (endpoint) add(record.id, record.name, endpoint->address, endpoint->mac);
    } else if (network.name == "bridge" && network_text(record) == "bridge") {
      if (const auto address = bridge_address(record.id)) {
        add(record.id, record.name, *address, mac_text(*address));
      }
    }
  }
  return containers;
}

// One --filter KEY=VALUE of network ls.
struct NetworkFilter {
  std::string key, value;
};
void parse_value(const std::string& text, NetworkFilter& filter) {
  const size_t equals = text.find('=');
  filter = {text.substr(0, equals), equals == text.npos ? "" : text.substr(equals + 1)};
  constexpr const char* kKeys[] = {"driver", "id", "label", "name", "scope", "type"};
  if (equals == text.npos ||
      std::find(std::begin(kKeys), std::end(kKeys), filter.key) == std::end(kKeys)) {
    throw Failure(join({"'", text, "' is no filter"}),
                  "driver=, id=, label=, name=, scope= or type=");
  }
  if (filter.key == "type" && filter.value != "custom" && filter.value != "builtin") {
    throw Failure(join({"'", filter.value, "' is no type of network"}), "custom, builtin");
  }
  if (filter.key == "id" || filter.key == "name")
    is_found(filter.value, "");  // throws if it is none
}

bool matches(const NetworkFilter& filter, const NamedNetwork& network) {
  const auto& [key, value] = filter;
  if (key == "driver") return value == network.driver;
  if (key == "id") return is_found(value, network.id);
  if (key == "name") return is_found(value, network.name);
  if (key == "scope") return value == "local";
  if (key == "type") return (value == "builtin") == is_predefined(network.name);
  const size_t equals = value.find('=');
  const auto label = network.labels.find(value.substr(0, equals));
  return label != network.labels.end() &&
         (equals == value.npos || label->second == value.substr(equals + 1));
}

// As in ps: of each key one must match, of labels all.
bool matches(const std::vector<NetworkFilter>& filters, const NamedNetwork& network) {
  return std::all_of(filters.begin(), filters.end(), [&](const NetworkFilter& filter) {
    if (filter.key == "label") return matches(filter, network);
    return std::any_of(filters.begin(), filters.end(), [&](const NetworkFilter& other) {
      return other.key == filter.key && matches(other, network);
    });
  });
}

std::string labels_text(const NamedNetwork& network) {
  std::string text;
  for (const auto& [key, value] : network.labels) {
    text += join({text.empty() ? "" : ",", key, "=", value});
  }
  return text;
}

}  // namespace

Json network_as_json(const NamedNetwork& network) {
  Json ranges = Json::array();
  if (network.subnet.prefix) {
    ranges.push_back({{"Subnet", network.subnet.text()}, {"Gateway", network.gateway.text()}});
  }
  return {{"Name", network.name},
          {"Id", network.id},
          {"Created", as_timestamp(network.created)},
          {"Scope", "local"},
          {"Driver", network.driver},
          {"EnableIPv6", false},
          {"IPAM", {{"Driver", "default"}, {"Options", nullptr}, {"Config", ranges}}},
          {"Internal", network.internal},
          {"Attachable", false},
          {"Ingress", false},
          {"Containers", containers_as_json(network)},
          {"Options", Json::object()},
          {"Labels", network.labels}};
}

int network_ls(int argc, char** argv) {
  bool quiet = false, whole = false;
  std::vector<NetworkFilter> filters;
  Format format;
  VerbLine cli("network ls [OPTIONS]", "network ls --filter type=custom");
  cli.describe("List networks");
  cli.list("-f,--filter", "KEY=VALUE", filters,
           "Show networks with this driver=, id=, label=, name=, scope= or type=custom|builtin");
  cli.flag("--no-trunc", whole, "Do not truncate ids");
  cli.flag("-q,--quiet", quiet, "Print ids only");
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  cli.end();
  std::string ids;
  Listing listing({{"NETWORK ID", "ID"},
                   {"NAME", "Name"},
                   {"DRIVER", "Driver"},
                   {"SCOPE", "Scope"},
                   {"", "CreatedAt"},
                   {"", "IPv6"},
                   {"", "Internal"},
                   {"", "Labels"}});
  for (const NamedNetwork& network : all_networks()) {
    if (!matches(filters, network)) continue;
    const std::string id = whole ? network.id : short_id(network.id);
    ids += id + "\n";
    listing.add({id, network.name, network.driver, "local", as_date(network.created), "false",
                 network.internal ? "true" : "false", labels_text(network)});
  }
  print(quiet ? ids : listing.text(format));
  return 0;
}

int network_inspect(int argc, char** argv) {
  Format format;
  VerbLine cli("network inspect [OPTIONS] NETWORK...", "network inspect bridge");
  cli.describe("Show details of networks as JSON");
  cli.option("-f,--format", "FORMAT", format,
             "Output format: json for one object a line, or a Go template");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("NETWORK");
  recover_crashed_containers();
  Json networks = Json::array();
  std::string text;
  const int status = for_each_of(references, [&](const std::string& reference) {
    Json network = network_as_json(find_network(reference));
    if (format.is_given()) {
      text += format.object(network);
    } else {
      networks.push_back(std::move(network));
    }
  });
  print(format.is_given() ? text : networks.dump(4) + "\n");
  return status;
}

}  // namespace stepbox
