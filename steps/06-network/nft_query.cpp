// Is this table, chain, rule there? A start of `nft` would cost more than the whole container.
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "06-network/netlink.hpp"
#include "common/error.hpp"

namespace stepbox {

bool is_up(const char* link) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  ::strncpy(request.ifr_name, link, IFNAMSIZ - 1);
  return ::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
}

namespace {

struct Query {
  int type;   // NFT_MSG_GET…
  int flags;  // NLM_F_DUMP: all that match
  int table_attribute;
  const char* table;
  int chain_attribute;
  const char* chain;    // or null
  const char* comment;  // looked for in the answer, or null
};

struct CloseSocket {
  void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
};

int look_for_comment(const nlmsghdr* header, void* target) {
  auto* wanted = static_cast<const char**>(target);
  const char* end = reinterpret_cast<const char*>(header) + header->nlmsg_len;
  if (*wanted && ::memmem(header, static_cast<size_t>(end - reinterpret_cast<const char*>(header)),
                          *wanted, ::strlen(*wanted))) {
    *wanted = nullptr;  // found
  }
  return MNL_CB_OK;
}

// Whether the kernel has what was asked for.
bool ask(const Query& query) {
  std::array<char, 8192> buffer;
  nlmsghdr* header = ::mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | query.type);
  header->nlmsg_flags =
      static_cast<uint16_t>(NLM_F_REQUEST | (query.flags ? query.flags : NLM_F_ACK));
  auto* body = static_cast<nfgenmsg*>(::mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  body->nfgen_family = AF_INET;
  ::mnl_attr_put_strz(header, static_cast<uint16_t>(query.table_attribute), query.table);
  if (query.chain)
    ::mnl_attr_put_strz(header, static_cast<uint16_t>(query.chain_attribute), query.chain);

  const std::unique_ptr<mnl_socket, CloseSocket> socket(
      ::mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
  if (!socket || ::mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) == -1 ||
      ::mnl_socket_sendto(socket.get(), header, header->nlmsg_len) == -1) {
    throw_errno({"ask nftables"});
  }
  const char* comment = query.comment;
  int more = MNL_CB_OK;
  while (more > MNL_CB_STOP) {
    const ssize_t length = ::mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
    if (length == -1) throw_errno({"ask nftables"});
    more =
        ::mnl_cb_run(buffer.data(), static_cast<size_t>(length), 0, 0, look_for_comment, &comment);
  }
  return more == MNL_CB_STOP && (!query.comment || !comment);
}

}  // namespace

bool has_nft_table(const char* table) {
  return ask({NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, table, 0, nullptr, nullptr});
}

bool has_nft_chain(const char* table, const char* chain) {
  return ask({NFT_MSG_GETCHAIN, 0, NFTA_CHAIN_TABLE, table, NFTA_CHAIN_NAME, chain, nullptr});
}

bool has_nft_comment(const char* table, const char* chain, const char* comment) {
  return ask(
      {NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, table, NFTA_RULE_CHAIN, chain, comment});
}

}  // namespace stepbox
