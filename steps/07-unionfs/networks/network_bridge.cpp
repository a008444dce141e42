#include "07-unionfs/networks/network_bridge.hpp"

#include "06-network/netlink.hpp"
#include "06-network/network.hpp"
#include "06-network/nft.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

// In the table of step 6, so that they go with it. `own` holds the pairs of a bridge and itself:
// with br_netfilter, packets between two containers of one network pass these rules, too. As with
// docker a published port is open to other networks. A drop here holds whatever other tables
// accept.
constexpr char kRules[] =
    "add set ip stepbox outward { type ipv4_addr; flags interval; }\n"
    "add set ip stepbox internal { type ifname; }\n"
    "add set ip stepbox own { type ifname . ifname; }\n"
    "add chain ip stepbox networks_out { type nat hook postrouting priority srcnat; }\n"
    "add rule ip stepbox networks_out ip saddr @outward oifname != \"stepbox*\" masquerade\n"
    "add rule ip stepbox networks_out oifname \"stepbox-*\" ip saddr 127.0.0.0/8 masquerade\n"
    "add rule ip stepbox networks_out oifname \"stepbox-*\" ip saddr @outward ct status dnat "
    "masquerade\n"
    "add chain ip stepbox networks { type filter hook forward priority -1; }\n"
    "add rule ip stepbox networks iifname . oifname @own accept\n"
    "add rule ip stepbox networks iifname @internal drop\n"
    "add rule ip stepbox networks oifname @internal drop\n"
    "add rule ip stepbox networks ct state established,related accept\n"
    "add rule ip stepbox networks ct status dnat accept\n"
    "add rule ip stepbox networks iifname stepbox0 oifname stepbox0 accept\n"
    "add rule ip stepbox networks iifname \"stepbox*\" oifname \"stepbox*\" drop\n";

static std::string elements_of(const NamedNetwork& network, const char* command) {
  const std::string add = join({command, " element ip stepbox "});
  const std::string bridge = join({"\"", network.bridge(), "\""});
  return join({add, "own { ", bridge, " . ", bridge, " }\n",  //
               add, network.internal ? "internal { " : "outward { ",
               network.internal ? bridge : network.subnet.text(), " }\n"});
}

// If the rules were lost, so were the elements of all networks that have a bridge.
static void ensure_rules() {
  ensure_firewall(bridge_subnet());
  if (has_nft_chain("stepbox", "networks")) return;
  std::string script = kRules;
  for (const NamedNetwork& network : all_networks()) {
    if (network.driver == "bridge" && network.bridge() != kBridge &&
        is_up(network.bridge().c_str()))
      script += elements_of(network, "add");
  }
  run_nft(script);
}

static void check_routes(const NamedNetwork& network) {
  for (const Subnet& route : parse_routes(read_file("/proc/net/route"))) {
    if (!route.overlaps(network.subnet)) continue;
    throw Failure(join({"network ", network.name, ": the host already has a route to ",
                        route.text(), ", which ", network.subnet.text(), " would hide"}),
                  "remove the network, and make it with another --subnet");
  }
}

static void set_sysctl(const std::string& bridge, const char* family, const char* name) {
  const std::string path = join({"/proc/sys/net/", family, "/conf/", bridge, "/", name});
  if (!exists(path)) return;  // this kernel has no IPv6
  explain({"echo 1 > ", path});
  write_file(path, "1");
}

void ensure_network(const NamedNetwork& network) {
  if (network.bridge() == kBridge) return ensure_bridge(network.subnet);
  ensure_rules();
  const std::string name = network.bridge();
  const char* bridge = name.c_str();
  if (is_up(bridge)) return;
  check_routes(network);
  Netlink links;
  links.add_bridge(bridge, network.gateway);
  links.commit();
  links.add_address(bridge, network.gateway, network.subnet);
  links.commit();
  explain({"echo 1 > /proc/sys/net/ipv4/ip_forward"});
  write_file("/proc/sys/net/ipv4/ip_forward", "1");
  set_sysctl(name, "ipv4", "route_localnet");  // see ensure_bridge() for this and the next
  set_sysctl(name, "ipv6", "disable_ipv6");
  run_nft(elements_of(network, "add"));
  links.set_up(bridge);  // last: a bridge that is up is complete
  links.commit();
}

void remove_bridge(const NamedNetwork& network) {
  Netlink().remove(network.bridge());
  // `delete` of what does not exist fails: see unpublish().
  if (!has_nft_chain("stepbox", "networks")) return;
  run_nft(elements_of(network, "add") + elements_of(network, "delete"));
}

}  // namespace stepbox
