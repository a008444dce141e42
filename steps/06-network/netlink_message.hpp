// Step 6. A message to the kernel that frees itself. (libnl, netlink(7))
#ifndef STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_
#define STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_

#include <memory>

struct nl_msg;
extern "C" void nlmsg_free(nl_msg* message);

namespace stepbox {

struct FreeMessage {
  void operator()(nl_msg* message) const { ::nlmsg_free(message); }
};
using NetlinkMessage = std::unique_ptr<nl_msg, FreeMessage>;

// Bytes, at most. Said, as nlmsg_alloc()'s default is 0 in a static program on Ubuntu 22.04.
constexpr size_t kMessageSize = 4096;

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NETLINK_MESSAGE_HPP_
