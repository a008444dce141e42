// network: create, rm, connect, disconnect; finds the verb of that noun. What shows networks is in
// network_show.cpp.
#include "07-unionfs/verbs/network.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/process/process_options.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

// --driver: only one is known.
struct Driver {};
void parse_value(const std::string& text, Driver&) {
  if (text == "bridge") return;
  throw Failure(join({"there is no network driver '", text, "'"}), "bridge");
}

// --subnet. As with docker no bit of the host's part may be set.
struct OwnSubnet {
  Subnet subnet;
};
void parse_value(const std::string& text, OwnSubnet& own) {
  parse_value(text, own.subnet);
  if (own.subnet.text() == text) return;
  throw Failure(join({"invalid subnet ", text, ": it should be ", own.subnet.text()}));
}

int network_create(int argc, char** argv) {
  NamedNetwork wanted;
  Labels labels;
  Driver driver;
  OwnSubnet own;
  Address gateway;
  VerbLine cli("network create [OPTIONS] NETWORK", "network create shop");
  cli.describe("Create a network: a bridge that is apart from those of other networks");
  cli.option("-d,--driver", "DRIVER", driver, "bridge, the only one");
  cli.option("--gateway", "IP", gateway, "Address of the host in it (the first of the subnet)");
  cli.flag("--internal", wanted.internal, "Let no packet out of it, or in");
  cli.option("--label", "KEY=VALUE", labels, "Add metadata");
  cli.option("--subnet", "SUBNET", own, "Its addresses, as 10.88.0.0/16 (a free subnet)");
  cli.parse_mixed(argc, argv);
  wanted.name = cli.take("NETWORK");
  cli.end();
  check_named_networks();
  Attachment named;
  parse_value(wanted.name, named);  // throws if the name is none
  wanted.subnet = own.subnet;
  wanted.own_range = own.subnet.prefix != 0;
  wanted.labels = labels.values;
  if (gateway.number && !wanted.own_range) {
    throw Failure("--gateway must have a corresponding subnet", "give --subnet, too");
  }
  const auto given = gateway.number ? std::optional(gateway) : std::nullopt;
  print(create_network(wanted, given).id + "\n");
  return 0;
}

int network_rm(int argc, char** argv) {
  bool force = false;
  VerbLine cli("network rm [OPTIONS] NETWORK...", "network rm shop");
  cli.describe("Remove networks on which no container is running");
  cli.flag("-f,--force", force, "Ignore networks that do not exist");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("NETWORK");
  recover_crashed_containers();
  return for_each_of(references, [&](const std::string& reference) {
    if (force && !has_network(reference)) return;
    remove_network(find_network(reference));
    print(reference + "\n");
  });
}

RunningContainer as_running(const Record& record) {
  return {record.id, record.name, record.options.namespaces.hostname_inside(), record.pid,
          record.options.network.ports};
}

// The networks of a container, which connect and disconnect change. Throws Failure if it has no
// bridge.
std::vector<Attachment>& networks_of(Record& record) {
  ContainerNetworkOptions& options = record.options.network;
  if (options.is_shared() || options.mode == NetworkMode::kHost ||
      !record.options.namespaces.own(CLONE_NEWNET)) {
    throw Failure(join({"container ", record.name,
                        " shares the network of the host or of another "
                        "container, and cannot be connected to any other"}));
  }
  if (options.mode != NetworkMode::kBridge) {
    throw Failure(join({"container ", record.name, " has --network ", name_of(options.mode),
                        ", and cannot be connected to other networks"}));
  }
  if (!options.named) options.networks = {{.network = "bridge"}};
  options.named = true;
  return options.networks;
}

auto find_in(std::vector<Attachment>& networks, const std::string& name) {
  return std::find_if(networks.begin(), networks.end(),
                      [&](const Attachment& one) { return one.network == name; });
}

void check_bridge(const NamedNetwork& network) {
  if (network.driver == "bridge") return;
  throw Failure(join({"a container cannot be connected to network ", network.name,
                      ", or disconnected from it"}),
                join({"run --network ", network.name}));
}

int network_connect(int argc, char** argv) {
  Attachment attachment;
  VerbLine cli("network connect [OPTIONS] NETWORK CONTAINER", "network connect shop web");
  cli.describe("Connect a container to a network, also while it runs");
  add_attachment_options(cli, "--alias", attachment);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("NETWORK");
  const std::string container = cli.take("CONTAINER");
  cli.end();
  check_named_networks();
  recover_crashed_containers();
  const NamedNetwork network = find_network(reference);
  check_bridge(network);
  attachment.network = network.name;
  if (network.name == "bridge" && (!attachment.aliases.empty() || attachment.address.number)) {
    throw Failure("--alias and --ip are for networks with a name only", "network create makes one");
  }
  for (ContainerLink& link : attachment.links) link.container = find_container(link.container).id;
  change_record(find_container(container).id, [&](Record& record) {
    std::vector<Attachment>& networks = networks_of(record);
    if (find_in(networks, network.name) != networks.end()) {
      throw Failure(
          join({"endpoint with name ", record.name, " already exists in network ", network.name}));
    }
    if (record.running) connect_running(as_running(record), network, attachment);
    networks.push_back(attachment);
  });
  return 0;
}

int network_disconnect(int argc, char** argv) {
  bool force = false;
  VerbLine cli("network disconnect [OPTIONS] NETWORK CONTAINER", "network disconnect shop web");
  cli.describe("Disconnect a container from a network, also while it runs");
  cli.flag("-f,--force", force, "Accepted and ignored: it is never needed");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("NETWORK");
  const std::string container = cli.take("CONTAINER");
  cli.end();
  check_named_networks();
  recover_crashed_containers();
  const NamedNetwork network = find_network(reference);
  check_bridge(network);
  change_record(find_container(container).id, [&](Record& record) {
    std::vector<Attachment>& networks = networks_of(record);
    const auto place = find_in(networks, network.name);
    // A `connect` that was killed may have left it on the network, but not in its record.
    const auto member = record.running ? find_member(record.id) : std::nullopt;
    if (place == networks.end() && !(member && member->on(network.id))) {
      throw Failure(
          join({"container ", record.name, " is not connected to network ", network.name}));
    }
    if (record.running) disconnect_running(as_running(record), network);
    if (place != networks.end()) networks.erase(place);
  });
  return 0;
}

int network_prune(int argc, char** argv) {
  bool force = false;
  VerbLine cli("network prune [OPTIONS]", "network prune -f");
  cli.describe("Remove all networks that no running container is on");
  cli.flag("-f,--force", force, "Do not ask for confirmation");
  cli.parse_mixed(argc, argv);
  cli.end();
  recover_crashed_containers();
  const std::string what = "  - all networks that no running container is on";
  if (const int status = force ? 0 : ask(what, "network prune")) return status;
  const std::vector<std::string> names = prune_networks();
  std::string text = names.empty() ? "" : "Deleted Networks:\n";
  for (const std::string& name : names) text += name + "\n";
  print(names.empty() ? text : text + "\n");
  return 0;
}

constexpr Verb kNetworkVerbs[] = {
    {"connect", "Connect a container to a network", network_connect},
    {"create", "Create a network", network_create},
    {"disconnect", "Disconnect a container from a network", network_disconnect},
    {"inspect", "Show details of networks as JSON", network_inspect},
    {"list", "", network_ls},
    {"ls", "List networks", network_ls},
    {"prune", "Remove all networks that no running container is on", network_prune},
    {"remove", "", network_rm},
    {"rm", "Remove networks", network_rm},
};

}  // namespace

int verb_network(int argc, char** argv) {
  return call_verb_of("network", kNetworkVerbs, argc, argv);
}

}  // namespace stepbox
