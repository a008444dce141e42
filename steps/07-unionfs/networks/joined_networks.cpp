#include "07-unionfs/networks/joined_networks.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "06-network/netlink.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/networks/hairpin.hpp"
#include "07-unionfs/networks/network_bridge.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/openers.hpp"

namespace stepbox {

void check_named_networks() {
  if (::geteuid() == 0) return;
  throw Failure("networks with a name are for root only",
                "be root, or run with --network slirp4netns, pasta or none");
}

void settle_members() {
  if (::geteuid() != 0 || !exists(kMemberDirectory)) return;
  const FileLock lock = lock_network();
  if (remove_dead_members()) update_hosts_files();
}

void tell_linked() {
  if (list_directory(kMemberDirectory).empty()) return;
  const FileLock lock = lock_network();
  update_hosts_files();
}

Farewell::~Farewell() {
  if (::geteuid() != 0 || !exists(join({kMemberDirectory, "/", id_}))) return;
  try {
    const FileLock lock = lock_network();
    remove_member(id_);
    update_hosts_files();
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

// Leases an address, and notes what the container has on the network.
static void add_endpoint(Member& member, const NamedNetwork& network,
                         const Attachment& attachment) {
  ensure_network(network);
  std::string number = "0";  // the lowest that no endpoint has
  const auto is_taken = [&](const Endpoint& one) { return one.link == "eth" + number; };
  while (std::any_of(member.endpoints.begin(), member.endpoints.end(), is_taken)) {
    number = std::to_string(std::stoi(number) + 1);
  }
  const Address address = lease_address(member.id, network, attachment.address);
  member.endpoints.push_back(
      {.network = network.name,
       .network_id = network.id,
       .address = address,
       .gateway = network.gateway,
       .subnet = network.subnet,
       .internal = network.internal,
       .mac = attachment.mac.text.empty() ? mac_text(address) : attachment.mac.text,
       .link = "eth" + number,
       .veth = join({veth_of(member.id), "-", number}),
       .aliases = attachment.aliases,
       .links = attachment.links});
}

// A veth to the bridge. False if the process has ended.
static bool add_cable(const Endpoint& endpoint, const std::string& bridge, pid_t process) {
  Netlink links;
  for (int tries = 0;; ++tries) {
    links.add_veth(endpoint.veth, bridge.c_str(), endpoint.link.c_str(), process, endpoint.address);
    try {
      links.commit();
      allow_hairpin(endpoint.veth);
      return true;
    } catch (const std::system_error& error) {  // as in Network::connect()
      if (error.code() == std::errc::no_such_process) return false;
      if (error.code() != std::errc::file_exists || tries > 0) throw;
      links.remove(endpoint.veth);
    }
  }
}

// [child] --mac-address; the veth was made with the other one. netdevice(7)
static void set_mac(const Endpoint& endpoint) {
  if (endpoint.mac == mac_text(endpoint.address)) return;
  explain({"ip link set ", endpoint.link, " address ", endpoint.mac});
  ifreq request{};
  endpoint.link.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  auto* byte = reinterpret_cast<unsigned char*>(request.ifr_hwaddr.sa_data);
  std::sscanf(endpoint.mac.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &byte[0], &byte[1],
              &byte[2], &byte[3], &byte[4], &byte[5]);
  const Fd socket = open_socket(AF_INET, SOCK_DGRAM);
  if (::ioctl(socket.get(), SIOCSIFHWADDR, &request) == -1) {
    throw_errno({"set the address ", endpoint.mac, " of ", endpoint.link});
  }
}

// In the container's network namespace.
static void set_up_link(Netlink& links, const Endpoint& endpoint) {
  set_mac(endpoint);
  links.add_address(endpoint.link.c_str(), endpoint.address, endpoint.subnet);
  links.set_up(endpoint.link.c_str());
}

JoinedNetworks::JoinedNetworks(const std::string& id, const std::string& name,
                               const NetworkOptions& options,
                               const std::vector<Attachment>& attachments,
                               const Namespaces& namespaces)
    : options_(options), flags_(namespaces.for_clone()) {
  check_named_networks();
  if (!namespaces.own(CLONE_NEWNET)) {
    throw Failure("--share net with --network NAME", "leave one of them out");
  }
  settle_members();
  settle_network();
  member_ = {
      .id = id, .name = name, .hostname = namespaces.hostname_inside(), .hosts = hosts_path(id)};
  options_.mode = NetworkMode::kBridge;  // for the name servers
  files_ = make_name_files(options_, "", std::nullopt);
  if (!member_.hostname.empty()) files_.hostname = member_.hostname + "\n";
  join(attachments);
}

void JoinedNetworks::join(const std::vector<Attachment>& attachments) {
  const FileLock lock = lock_network();
  file_ = create_member_file(member_.id);
  try {
    for (const Attachment& attachment : attachments) {
      add_endpoint(member_, find_network(attachment.network), attachment);
    }
    for (PublishedPort& port : options_.ports) ports_.push_back(bind_port(port));
    if (const Endpoint* out = member_.way_out()) {
      member_.published = as_nft_elements(options_.ports, out->address);
    } else if (!options_.ports.empty()) {
      warn({"-p publishes nothing yet: the container is on internal networks only"});
    }
    write_member(member_);
  } catch (...) {
    for (const Endpoint& endpoint : member_.endpoints) {
      give_back_address(member_.id, endpoint.address);
    }
    remove_member(member_.id);
    throw;
  }
}

void JoinedNetworks::connect(pid_t child) {
  const FileLock lock = lock_network();
  for (const Endpoint& endpoint : member_.endpoints) {
    if (!add_cable(endpoint, find_network(endpoint.network_id).bridge(), child)) return;
  }
  publish(member_.published);
  update_hosts_files();
}

void JoinedNetworks::configure_inside() const {
  Netlink links;
  links.set_up("lo");
  for (const Endpoint& endpoint : member_.endpoints) set_up_link(links, endpoint);
  if (const Endpoint* out = member_.way_out()) links.add_default_route(out->gateway);
  links.commit();
  mount_name_files(files_);
}

namespace {

// This process, in the network namespace of another one as long as the object lives. setns(2)
class Visit {
 public:
  explicit Visit(pid_t process) : own_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    const Fd theirs = open_pidfd(process);
    if (!theirs || !own_ || ::setns(theirs.get(), CLONE_NEWNET) == -1) {
      throw_errno({"enter the network of process ", std::to_string(process)});
    }
  }
  ~Visit() {
    if (::setns(own_.get(), CLONE_NEWNET) == -1)
      std::abort();  // nothing may be done in a wrong one
  }
  Visit(const Visit&) = delete;

 private:
  Fd own_;
};

}  // namespace

static Member member_of(const RunningContainer& container) {
  if (auto member = read_member(container.id)) return *member;
  return adopt_member({.id = container.id,
                       .name = container.name,
                       .hostname = container.hostname,
                       .hosts = hosts_path(container.id)},
                      find_network("bridge"));
}

// Published ports and the default route lead through the first endpoint that has a way out.
// `before`: the address that it had.
static void lead_anew(Member& member, const RunningContainer& container, uint32_t before) {
  const Endpoint* out = member.way_out();
  if ((out ? out->address.number : 0) == before) return;
  unpublish(member.published);
  member.published = out ? as_nft_elements(container.ports, out->address) : "";
  write_member(member);
  publish(member.published);
  if (!out) return;
  const Visit visit(container.pid);
  Netlink links;
  links.add_default_route(out->gateway);
  links.commit();
}

static uint32_t way_out_of(const Member& member) {
  return member.way_out() ? member.way_out()->address.number : 0;
}

// Takes the member off the network, if it is on that.
static void take_off(Member& member, const RunningContainer& container,
                     const NamedNetwork& network) {
  const Endpoint* endpoint = member.on(network.id);
  if (!endpoint) return;
  const uint32_t before = way_out_of(member);
  Netlink().remove(endpoint->veth);
  give_back_address(member.id, endpoint->address);
  member.endpoints.erase(member.endpoints.begin() + (endpoint - member.endpoints.data()));
  write_member(member);
  lead_anew(member, container, before);
}

static void add_link(const RunningContainer& container, const Endpoint& endpoint,
                     const std::string& bridge) {
  if (!add_cable(endpoint, bridge, container.pid)) {
    throw Failure(join({"container ", container.name, " has just ended"}), "start it first");
  }
  const Visit visit(container.pid);
  Netlink links;
  set_up_link(links, endpoint);
  links.commit();
}

void connect_running(const RunningContainer& container, const NamedNetwork& network,
                     const Attachment& attachment) {
  const FileLock lock = lock_network();
  Member member = member_of(container);
  take_off(member, container, network);  // left there by a verb that was killed
  const Member before = member;
  add_endpoint(member, network, attachment);
  const Endpoint endpoint = member.endpoints.back();
  try {
    write_member(member);
    add_link(container, endpoint, network.bridge());
    lead_anew(member, container, way_out_of(before));
  } catch (...) {
    Netlink().remove(endpoint.veth);
    give_back_address(member.id, endpoint.address);
    write_member(before);
    if (member.published != before.published) {
      unpublish(member.published);
      publish(before.published);
    }
    throw;
  }
  update_hosts_files();
}

void disconnect_running(const RunningContainer& container, const NamedNetwork& network) {
  const FileLock lock = lock_network();
  Member member = member_of(container);
  take_off(member, container, network);
  update_hosts_files();
}

static std::vector<Member> members_of(const NamedNetwork& network) {
  std::vector<Member> members = all_members();
  std::erase_if(members, [&](const Member& member) { return !member.on(network.id); });
  return members;
}

void remove_network(const NamedNetwork& network) {
  if (is_predefined(network.name)) {
    throw Failure(join({network.name, " is a pre-defined network and cannot be removed"}));
  }
  const FileLock lock = lock_network();
  find_network(network.id);  // another verb may have removed it, or made one of its name
  for (const Member& member : members_of(network)) {
    throw Failure(
        join({"error while removing network: network ", network.name,
              " has active endpoints (name:", member.name, " id:", short_id(member.id), ")"}),
        join({"stop the container, or network disconnect ", network.name, " ", member.name}));
  }
  remove_bridge(network);
  remove_network_record(network.name);  // last: a killed verb leaves what the next one can remove
}

std::vector<std::string> prune_networks() {
  std::vector<std::string> names;
  for (const NamedNetwork& network : all_networks()) {
    if (is_predefined(network.name)) continue;
    const FileLock lock = lock_network();
    if (!has_network(network.id) || !members_of(network).empty()) continue;
    remove_bridge(network);
    remove_network_record(network.name);
    names.push_back(network.name);
  }
  return names;
}

std::optional<Member> find_member(const std::string& id) {
  if (::geteuid() != 0 || !exists(join({kMemberDirectory, "/", id}))) return std::nullopt;
  const FileLock lock = lock_network();
  return read_member(id);
}

void rename_member(const std::string& id, const std::string& name) {
  if (::geteuid() != 0 || !exists(join({kMemberDirectory, "/", id}))) return;
  const FileLock lock = lock_network();
  if (auto member = read_member(id)) {
    member->name = name;
    write_member(*member);
    update_hosts_files();
  }
}

}  // namespace stepbox
