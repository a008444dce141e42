// Removes the network objects of killed containers, and those that all containers share; also what
// the kernel remembers of connections to a port.
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "06-network/netlink.hpp"
#include "06-network/nft.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/resources/container_network.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<std::string> list_links(std::string_view prefix) {
  std::vector<std::string> names;
  struct if_nameindex* const links = ::if_nameindex();
  for (const struct if_nameindex* link = links; link && link->if_index != 0; ++link) {
    if (std::string_view(link->if_name).starts_with(prefix)) names.push_back(link->if_name);
  }
  ::if_freenameindex(links);
  return names;
}

// The notes of all leases: of living containers, after settle_network().
static std::vector<std::string> read_leases() {
  std::vector<std::string> notes;
  for (const std::string& name : list_directory(kLeaseDirectory)) {
    notes.push_back(read_file(join({kLeaseDirectory, "/", name})));
  }
  return notes;
}

// Undoes ensure_firewall(). With the network's lock held.
static void remove_firewall() {
  if (has_nft_table("stepbox")) run_nft("delete table ip stepbox\n");
  for (const char* chain : {"DOCKER-USER", "FORWARD"}) {
    if (!has_nft_chain("filter", chain) || !has_nft_comment("filter", chain)) continue;
    const std::string rules =
        run_program({"nft", "-a", "list", "chain", "ip", "filter", chain}, "");
    for (const std::string& rule : split(rules, '\n')) {
      const size_t handle = rule.find(" # handle ");
      if (rule.find("comment \"stepbox\"") == std::string::npos || handle == rule.npos) continue;
      run_nft(join({"delete rule ip filter ", chain, " handle ", rule.substr(handle + 10), "\n"}));
    }
  }
}

void remove_network_leftovers() {
  settle_members();
  settle_network();
  const FileLock lock = lock_network();
  const std::vector<std::string> living = read_leases();
  for (const std::string& name : list_links("sb-")) {
    const bool used = std::any_of(living.begin(), living.end(), [&](const std::string& note) {
      return note.starts_with(name + "\n") || note.find("\"" + name + "\"") != note.npos;
    });
    if (!used) Netlink().remove(name);
  }
  if (!living.empty()) return;
  if (::if_nametoindex(kBridge) != 0) Netlink().remove(kBridge);
  for (const std::string& bridge : list_links("stepbox-")) Netlink().remove(bridge);
  remove_firewall();
  ::unlink(kLastAddress);
  ::unlink(
      join({kRunDirectory, "/network.lock"}).c_str());  // lock_file() notices, and opens it again
}

namespace {

// A message about the kernel's table of connections. (conntrack(8))
NetlinkMessage about_connections(int type, int flags) {
  NetlinkMessage message = make_netlink_message();
  ::nlmsg_put(message.get(), 0, 0, NFNL_SUBSYS_CTNETLINK << 8 | type, 0, NLM_F_REQUEST | flags);
  nfgenmsg body{};
  body.nfgen_family = AF_INET;
  ::nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO);
  return message;
}

// Returns the socket for the answer.
Fd send(const NetlinkMessage& message) {
  Fd socket = open_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  const nlmsghdr* header = ::nlmsg_hdr(message.get());
  if (::send(socket.get(), header, header->nlmsg_len, 0) == -1) throw_errno({"ask conntrack"});
  return socket;
}

// Whether the entry is of UDP, and its first packet went to one of these ports.
bool leads_to(nlattr* tuple, const std::vector<PublishedPort>& ports) {
  nlattr* parts[CTA_TUPLE_MAX + 1];
  nlattr* ip[CTA_IP_MAX + 1];
  nlattr* protocol[CTA_PROTO_MAX + 1];
  if (::nla_parse_nested(parts, CTA_TUPLE_MAX, tuple, nullptr) < 0 || !parts[CTA_TUPLE_IP] ||
      !parts[CTA_TUPLE_PROTO] ||
      ::nla_parse_nested(ip, CTA_IP_MAX, parts[CTA_TUPLE_IP], nullptr) < 0 ||
      ::nla_parse_nested(protocol, CTA_PROTO_MAX, parts[CTA_TUPLE_PROTO], nullptr) < 0) {
    return false;
  }
  if (!ip[CTA_IP_V4_DST] || !protocol[CTA_PROTO_NUM] || !protocol[CTA_PROTO_DST_PORT] ||
      ::nla_get_u8(protocol[CTA_PROTO_NUM]) != IPPROTO_UDP) {
    return false;
  }
  const uint32_t address = ntohl(::nla_get_u32(ip[CTA_IP_V4_DST]));
  const uint16_t number = ntohs(::nla_get_u16(protocol[CTA_PROTO_DST_PORT]));
  return std::any_of(ports.begin(), ports.end(), [&](const PublishedPort& port) {
    return port.udp && port.host_port == number &&
           (port.host_address.number == 0 || port.host_address.number == address);
  });
}

// The matching entries, each as the attribute by which conntrack knows it.
std::vector<std::string> find_entries(const std::vector<PublishedPort>& ports) {
  std::vector<std::string> found;
  const Fd socket = send(about_connections(IPCTNL_MSG_CT_GET, NLM_F_DUMP));
  std::array<char, 32768> buffer;
  for (;;) {
    int left = static_cast<int>(::recv(socket.get(), buffer.data(), buffer.size(), 0));
    if (left == -1) throw_errno({"list connections"});
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); ::nlmsg_ok(header, left);
         header = ::nlmsg_next(header, &left)) {
      // An error: this kernel tracks no connections.
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) return found;
      nlattr* tuple = ::nlmsg_find_attr(header, sizeof(nfgenmsg), CTA_TUPLE_ORIG);
      if (!tuple || !leads_to(tuple, ports)) continue;
      found.emplace_back(static_cast<const char*>(::nla_data(tuple)),
                         static_cast<size_t>(::nla_len(tuple)));
    }
  }
}

}  // namespace

void forget_udp_connections(const std::vector<PublishedPort>& ports) try {
  const auto is_udp = [](const PublishedPort& port) { return port.udp; };
  if (std::none_of(ports.begin(), ports.end(), is_udp)) return;
  for (const std::string& tuple : find_entries(ports)) {
    explain({"conntrack -D -p udp --orig-port-dst …"});
    const NetlinkMessage message = about_connections(IPCTNL_MSG_CT_DELETE, 0);
    ::nla_put(message.get(), NLA_F_NESTED | CTA_TUPLE_ORIG, static_cast<int>(tuple.size()),
              tuple.data());
    send(message);  // the kernel has done it when send(2) returns
  }
} catch (const std::system_error& error) {
  warn({error.what()});
}

}  // namespace stepbox
