#include "06-network/netlink.hpp"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/openers.hpp"

namespace stepbox {

Netlink::Netlink() : socket_(open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) {}

nl_msg* Netlink::add(int type, int flags, const std::string& command) {
  const auto number = static_cast<uint32_t>(messages_.size());
  nl_msg* message = messages_.emplace_back(command, make_netlink_message()).second.get();
  ::nlmsg_put(message, 0, number, type, 0, NLM_F_REQUEST | NLM_F_ACK | flags);
  return message;
}

// 02:42 (locally administered), then the IPv4 address.
static std::array<unsigned char, 6> mac_of(Address address) {
  std::array<unsigned char, 6> mac{0x02, 0x42};
  const uint32_t number = htonl(address.number);
  ::memcpy(&mac[2], &number, sizeof number);
  return mac;
}

// Adds the header of a link message; `flags`: IFF_UP or 0.
static void put_link(nl_msg* message, unsigned flags) {
  ifinfomsg link{};
  link.ifi_flags = link.ifi_change = flags;
  ::nlmsg_append(message, &link, sizeof link, NLMSG_ALIGNTO);
}

void Netlink::add_bridge(const char* name, Address address) {
  nl_msg* message = add(RTM_NEWLINK, NLM_F_CREATE, join({"ip link add ", name, " type bridge"}));
  put_link(message, 0);
  ::nla_put_string(message, IFLA_IFNAME, name);
  // Fixed: otherwise it changes with the bridge's ports.
  ::nla_put(message, IFLA_ADDRESS, 6, mac_of(address).data());
  nlattr* info = ::nla_nest_start(message, IFLA_LINKINFO);
  ::nla_put_string(message, IFLA_INFO_KIND, "bridge");
  ::nla_nest_end(message, info);
}

// LAB: veth
void Netlink::add_veth(const std::string& name, const char* bridge, const char* peer, pid_t pid,
                       Address address) {
  const std::string command = join(
      {"ip link add ", name, " up master ", bridge, " type veth peer name ", peer, " netns $!"});
  nl_msg* message = add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, command);
  put_link(message, IFF_UP);
  ::nla_put_string(message, IFLA_IFNAME, name.c_str());
  ::nla_put_u32(message, IFLA_MASTER, ::if_nametoindex(bridge));
  ::nla_put_u32(message, IFLA_NUM_TX_QUEUES, 1);  // by default one for each CPU: slower to make
  ::nla_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
  nlattr* info = ::nla_nest_start(message, IFLA_LINKINFO);
  ::nla_put_string(message, IFLA_INFO_KIND, "veth");
  nlattr* data = ::nla_nest_start(message, IFLA_INFO_DATA);
  nlattr* other_end = ::nla_nest_start(message, VETH_INFO_PEER);
  put_link(message, 0);
  ::nla_put_string(message, IFLA_IFNAME, peer);
  ::nla_put(message, IFLA_ADDRESS, 6, mac_of(address).data());
  ::nla_put_u32(message, IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  ::nla_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
  ::nla_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
  ::nla_nest_end(message, other_end);
  ::nla_nest_end(message, data);
  ::nla_nest_end(message, info);
}

void Netlink::add_address(const char* link, Address address, const Subnet& subnet) {
  const std::string prefix = std::to_string(subnet.prefix);
  nl_msg* message =
      add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
          join({"ip address add ", address.text(), "/", prefix, " brd + dev ", link}));
  ifaddrmsg body{};
  body.ifa_family = AF_INET;
  body.ifa_prefixlen = static_cast<unsigned char>(subnet.prefix);
  body.ifa_index = ::if_nametoindex(link);
  ::nlmsg_append(message, &body, sizeof body, NLMSG_ALIGNTO);
  ::nla_put_u32(message, IFA_LOCAL, htonl(address.number));
  ::nla_put_u32(message, IFA_ADDRESS, htonl(address.number));
  ::nla_put_u32(message, IFA_BROADCAST, htonl(subnet.broadcast().number));
}

void Netlink::set_up(const char* link) {
  nl_msg* message = add(RTM_NEWLINK, 0, join({"ip link set ", link, " up"}));
  put_link(message, IFF_UP);
  ::nla_put_string(message, IFLA_IFNAME, link);
}

void Netlink::add_default_route(Address gateway) {
  nl_msg* message =
      add(RTM_NEWROUTE, NLM_F_CREATE, join({"ip route add default via ", gateway.text()}));
  rtmsg route{};
  route.rtm_family = AF_INET;
  route.rtm_table = RT_TABLE_MAIN;
  route.rtm_protocol = RTPROT_BOOT;
  route.rtm_scope = RT_SCOPE_UNIVERSE;
  route.rtm_type = RTN_UNICAST;
  ::nlmsg_append(message, &route, sizeof route, NLMSG_ALIGNTO);
  ::nla_put_u32(message, RTA_GATEWAY, htonl(gateway.number));
}

void Netlink::remove(const std::string& link) {
  nl_msg* message = add(RTM_DELLINK, 0, join({"ip link delete ", link}));
  put_link(message, 0);
  ::nla_put_string(message, IFLA_IFNAME, link.c_str());
  try {
    commit();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_device) throw;
  }
}

void Netlink::commit() {
  const auto messages = std::exchange(messages_, {});
  std::string batch;
  for (const auto& [command, message] : messages) {
    explain({command});
    const nlmsghdr* header = ::nlmsg_hdr(message.get());
    batch.append(reinterpret_cast<const char*>(header), header->nlmsg_len);
  }
  if (::send(socket_.get(), batch.data(), batch.size(), 0) == -1) {
    throw_errno({"send to rtnetlink"});
  }
  std::array<char, 8192> answer;
  for (size_t acknowledged = 0; acknowledged < messages.size();) {
    int left = static_cast<int>(::recv(socket_.get(), answer.data(), answer.size(), 0));
    if (left == -1) throw_errno({"receive from rtnetlink"});
    for (auto* header = reinterpret_cast<nlmsghdr*>(answer.data()); ::nlmsg_ok(header, left);
         header = ::nlmsg_next(header, &left)) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      const auto* result = static_cast<const nlmsgerr*>(::nlmsg_data(header));
      if (result->error != 0) throw_errno({messages[header->nlmsg_seq].first}, -result->error);
      ++acknowledged;
    }
  }
}

// Queries a link by ioctl(2). Fills in `request`, or returns false.
static bool ask_link(const char* link, unsigned long what, ifreq* request) {
  const Fd socket = open_socket(AF_INET, SOCK_DGRAM);
  ::strncpy(request->ifr_name, link, IFNAMSIZ - 1);
  return ::ioctl(socket.get(), what, request) == 0;
}

bool is_up(const char* link) {
  ifreq request{};
  return ask_link(link, SIOCGIFFLAGS, &request) && (request.ifr_flags & IFF_UP);
}

std::string address_of(const char* link) {
  ifreq request{};
  if (!ask_link(link, SIOCGIFADDR, &request)) return "no address";
  return Address{ntohl(reinterpret_cast<const sockaddr_in*>(&request.ifr_addr)->sin_addr.s_addr)}
      .text();
}

}  // namespace stepbox
