// Step 6. What `ip link`, `ip address` and `ip route` do, by messages to the kernel. (rtnetlink(7))
#ifndef STEPBOX_STEPS_06_NETWORK_NETLINK_HPP_
#define STEPBOX_STEPS_06_NETWORK_NETLINK_HPP_

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "common/fd.hpp"

struct nl_msg;
extern "C" nl_msg* nlmsg_alloc_size(size_t max);
extern "C" void nlmsg_free(nl_msg* message);

namespace stepbox {

// A message to the kernel that frees itself. (libnl, netlink(7))
struct FreeMessage {
  void operator()(nl_msg* message) const { ::nlmsg_free(message); }
};
using NetlinkMessage = std::unique_ptr<nl_msg, FreeMessage>;

// An empty one, with room for 4096 bytes: nlmsg_alloc() would make one of no size in a static
// program on Ubuntu 22.04.
inline NetlinkMessage make_netlink_message() { return NetlinkMessage(::nlmsg_alloc_size(4096)); }

// Messages to the network namespace in which this process makes the object.
// commit() sends all collected messages together: one system call sets up a whole interface.
class Netlink {
 public:
  Netlink();

  // Makes a bridge, or completes one that a killed start has left. Here and below, the Ethernet
  // address follows from the IPv4 one, 02:42 and its four bytes: an entry for an earlier holder of
  // the address, in a neighbour's ARP cache, stays right.
  void add_bridge(const char* name, Address address);

  // Makes a veth pair in one message: `name` here, up and plugged into the bridge; `peer` in the
  // network namespace of process `pid`. (Moving the peer there afterwards would cost 15 ms.)
  void add_veth(const std::string& name, const char* bridge, const char* peer, pid_t pid,
                Address address);

  // Removes a link at once, without commit(). It is no error if the link is gone already.
  void remove(const std::string& link);

  // The link must exist: after add_bridge(), commit() first.
  void add_address(const char* link, Address address, const Subnet& subnet);
  void set_up(const char* link);
  void add_default_route(Address gateway);

  // Sends the collected messages. Throws system_error for the first message that the kernel
  // refuses: `ip link add stepbox0 type bridge: Operation not permitted`.
  void commit();

 private:
  // `command`: the shell command that does the same, for --explain and error messages.
  nl_msg* add(int type, int flags, const std::string& command);

  Fd socket_;
  std::vector<std::pair<std::string, NetlinkMessage>> messages_;
};

// Whether a link of this name exists, and is up; its IPv4 address, as text. (netdevice(7))
bool is_up(const char* link);
std::string address_of(const char* link);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NETLINK_HPP_
