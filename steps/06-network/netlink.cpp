#include "06-network/netlink.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include <array>

#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

struct Netlink::Message {
  std::string command;  // as a reader would have typed it; the name of the error too
  std::array<char, 1024> buffer;
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(buffer.data()); }
  const nlmsghdr* header() const { return reinterpret_cast<const nlmsghdr*>(buffer.data()); }
};

Netlink::Netlink() : socket_(::mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC)) {
  if (!socket_ || ::mnl_socket_bind(socket_, 0, MNL_SOCKET_AUTOPID) == -1) {
    throw_errno({"open an rtnetlink socket"});
  }
}

Netlink::~Netlink() { ::mnl_socket_close(socket_); }

Netlink::Message& Netlink::add(int type, int flags, const std::string& command) {
  Message& message = messages_.emplace_back();
  message.command = command;
  nlmsghdr* header = ::mnl_nlmsg_put_header(message.buffer.data());
  header->nlmsg_type = static_cast<uint16_t>(type);
  header->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  header->nlmsg_seq = static_cast<uint32_t>(messages_.size());
  return message;
}

static std::array<unsigned char, 6> mac_of(Address address) {
  const uint32_t n = address.number;
  return {0x02,
          0x42,
          static_cast<unsigned char>(n >> 24),
          static_cast<unsigned char>(n >> 16),
          static_cast<unsigned char>(n >> 8),
          static_cast<unsigned char>(n)};
}

// The part of a link message that says which; `flags`: IFF_UP or 0.
static void put_link(nlmsghdr* header, unsigned flags) {
  auto* link = static_cast<ifinfomsg*>(::mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
  link->ifi_flags = link->ifi_change = flags;
}

void Netlink::add_bridge(const char* name, Address address) {
  nlmsghdr* header =
      add(RTM_NEWLINK, NLM_F_CREATE, join({"ip link add ", name, " type bridge"})).header();
  put_link(header, 0);
  ::mnl_attr_put_strz(header, IFLA_IFNAME, name);
  ::mnl_attr_put(header, IFLA_ADDRESS, 6,
                 mac_of(address).data());  // fixed: it would follow the ports'
  nlattr* info = ::mnl_attr_nest_start(header, IFLA_LINKINFO);
  ::mnl_attr_put_strz(header, IFLA_INFO_KIND, "bridge");
  ::mnl_attr_nest_end(header, info);
}

// LAB: veth
void Netlink::add_veth(const std::string& name, const char* bridge, const char* peer, pid_t pid,
                       Address address) {
  const std::string command = join(
      {"ip link add ", name, " up master ", bridge, " type veth peer name ", peer, " netns $!"});
  nlmsghdr* header = add(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, command).header();
  put_link(header, IFF_UP);
  ::mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
  ::mnl_attr_put_u32(header, IFLA_MASTER, ::if_nametoindex(bridge));
  ::mnl_attr_put_u32(header, IFLA_NUM_TX_QUEUES, 1);  // one a CPU otherwise: slower to make
  ::mnl_attr_put_u32(header, IFLA_NUM_RX_QUEUES, 1);
  nlattr* info = ::mnl_attr_nest_start(header, IFLA_LINKINFO);
  ::mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
  nlattr* data = ::mnl_attr_nest_start(header, IFLA_INFO_DATA);
  nlattr* other_end = ::mnl_attr_nest_start(header, VETH_INFO_PEER);
  put_link(header, 0);
  ::mnl_attr_put_strz(header, IFLA_IFNAME, peer);
  ::mnl_attr_put(header, IFLA_ADDRESS, 6, mac_of(address).data());
  ::mnl_attr_put_u32(header, IFLA_NET_NS_PID, static_cast<uint32_t>(pid));
  ::mnl_attr_put_u32(header, IFLA_NUM_TX_QUEUES, 1);
  ::mnl_attr_put_u32(header, IFLA_NUM_RX_QUEUES, 1);
  ::mnl_attr_nest_end(header, other_end);
  ::mnl_attr_nest_end(header, data);
  ::mnl_attr_nest_end(header, info);
}

void Netlink::add_address(const char* link, Address address, const Subnet& subnet) {
  const std::string prefix = std::to_string(subnet.prefix);
  nlmsghdr* header =
      add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
          join({"ip address add ", address.text(), "/", prefix, " brd + dev ", link}))
          .header();
  auto* body = static_cast<ifaddrmsg*>(::mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
  body->ifa_family = AF_INET;
  body->ifa_prefixlen = static_cast<unsigned char>(subnet.prefix);
  body->ifa_index = ::if_nametoindex(link);
  ::mnl_attr_put_u32(header, IFA_LOCAL, htonl(address.number));
  ::mnl_attr_put_u32(header, IFA_ADDRESS, htonl(address.number));
  ::mnl_attr_put_u32(header, IFA_BROADCAST, htonl(subnet.broadcast().number));
}

void Netlink::set_up(const char* link) {
  nlmsghdr* header = add(RTM_NEWLINK, 0, join({"ip link set ", link, " up"})).header();
  put_link(header, IFF_UP);
  ::mnl_attr_put_strz(header, IFLA_IFNAME, link);
}

void Netlink::add_default_route(Address gateway) {
  nlmsghdr* header =
      add(RTM_NEWROUTE, NLM_F_CREATE, join({"ip route add default via ", gateway.text()})).header();
  auto* route = static_cast<rtmsg*>(::mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  route->rtm_family = AF_INET;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_BOOT;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  ::mnl_attr_put_u32(header, RTA_GATEWAY, htonl(gateway.number));
}

void Netlink::remove(const std::string& link) {
  nlmsghdr* header = add(RTM_DELLINK, 0, join({"ip link delete ", link})).header();
  put_link(header, 0);
  ::mnl_attr_put_strz(header, IFLA_IFNAME, link.c_str());
}

void Netlink::commit() {
  const std::vector<Message> messages = std::exchange(messages_, {});
  std::string batch;
  for (const Message& message : messages) {
    explain({message.command});
    batch.append(message.buffer.data(), message.header()->nlmsg_len);
  }
  if (::mnl_socket_sendto(socket_, batch.data(), batch.size()) == -1) {
    throw_errno({"send to rtnetlink"});
  }
  std::array<char, 8192> answer;
  for (size_t acknowledged = 0; acknowledged < messages.size();) {
    const ssize_t length = ::mnl_socket_recvfrom(socket_, answer.data(), answer.size());
    if (length == -1) throw_errno({"receive from rtnetlink"});
    int left = static_cast<int>(length);
    for (auto* header = reinterpret_cast<nlmsghdr*>(answer.data()); ::mnl_nlmsg_ok(header, left);
         header = ::mnl_nlmsg_next(header, &left)) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      const auto* result = static_cast<const nlmsgerr*>(::mnl_nlmsg_get_payload(header));
      if (result->error != 0)
        throw_errno({messages[header->nlmsg_seq - 1].command}, -result->error);
      ++acknowledged;
    }
  }
}

// An ioctl(2) that asks about a link: `request` is filled in, or the result is false.
static bool ask_link(const char* link, unsigned long what, ifreq* request) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
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
