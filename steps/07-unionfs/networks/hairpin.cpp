#include "07-unionfs/networks/hairpin.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

// Not by /sys/class/net, which may show another network namespace. rtnetlink(7)
void allow_hairpin(const std::string& veth) {
  constexpr char kSetting[] = "/proc/sys/net/bridge/bridge-nf-call-iptables";
  if (!exists(kSetting) || !read_file(kSetting).starts_with('1')) return;
  const unsigned index = ::if_nametoindex(veth.c_str());
  if (index == 0) return;  // the container has ended already
  explain({"bridge link set dev ", veth, " hairpin on"});
  struct {
    nlmsghdr header{.nlmsg_len = sizeof(nlmsghdr) + sizeof(ifinfomsg) + 12,
                    .nlmsg_type = RTM_SETLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                    .nlmsg_seq = 1,
                    .nlmsg_pid = 0};
    ifinfomsg link{};
    rtattr port{.rta_len = 12, .rta_type = IFLA_PROTINFO | NLA_F_NESTED};
    rtattr mode{.rta_len = sizeof(rtattr) + 1, .rta_type = IFLA_BRPORT_MODE};
    unsigned char on[4] = {1};
  } request;
  request.link.ifi_family = AF_BRIDGE;
  request.link.ifi_index = static_cast<int>(index);
  struct {
    nlmsghdr header;
    nlmsgerr result;
    char rest[256];
  } answer{};
  const Fd socket = open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) == -1 ||
      ::recv(socket.get(), &answer, sizeof answer, 0) == -1) {
    throw_errno({"set ", veth, " to hairpin"});
  }
  if (answer.result.error != 0) throw_errno({"set ", veth, " to hairpin"}, -answer.result.error);
}

}  // namespace stepbox
