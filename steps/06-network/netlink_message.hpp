// Step 6. A message to the kernel that frees itself. (libnl, netlink(7))
#ifndef STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_
#define STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_

#include <cstddef>
#include <memory>

struct nl_msg;
extern "C" nl_msg* nlmsg_alloc_size(size_t max);
extern "C" void nlmsg_free(nl_msg* message);

namespace stepbox {

struct FreeMessage {
  void operator()(nl_msg* message) const { ::nlmsg_free(message); }
};
using NetlinkMessage = std::unique_ptr<nl_msg, FreeMessage>;

// An empty one, with room for 4096 bytes: nlmsg_alloc() would make one of no size in a static
// program on Ubuntu 22.04.
inline NetlinkMessage make_netlink_message() { return NetlinkMessage(::nlmsg_alloc_size(4096)); }

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_
