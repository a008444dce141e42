#include "06-network/nft_query.hpp"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "common/error.hpp"

namespace stepbox {

namespace {

struct Query {
  uint16_t type;             // NFT_MSG_GET…
  uint16_t flags;            // NLM_F_ACK: one object; NLM_F_DUMP: all that match
  uint16_t table_attribute;  // NFTA_…
  const char* table;
  uint16_t chain_attribute;
  const char* chain;  // null: none
};

struct CloseSocket {
  void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
};

// nft keeps a comment in the rule's user data: a byte that says "comment", one of length, the text.
constexpr char kComment[] = "\x00\x08stepbox";

int look_for_comment(const nlmsghdr* header, void* found) {
  if (::memmem(header, header->nlmsg_len, kComment, sizeof kComment)) {
    *static_cast<bool*>(found) = true;
  }
  return MNL_CB_OK;
}

// Whether the kernel has it; `*commented`: whether our comment was in the answer.
bool ask(const Query& query, bool* commented) {
  std::array<char, 8192> buffer;
  nlmsghdr* header = ::mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | query.type);
  header->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | query.flags);
  auto* body = static_cast<nfgenmsg*>(::mnl_nlmsg_put_extra_header(header, sizeof(nfgenmsg)));
  body->nfgen_family = AF_INET;
  ::mnl_attr_put_strz(header, query.table_attribute, query.table);
  if (query.chain) ::mnl_attr_put_strz(header, query.chain_attribute, query.chain);

  const std::unique_ptr<mnl_socket, CloseSocket> socket(
      ::mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC));
  if (!socket || ::mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) == -1 ||
      ::mnl_socket_sendto(socket.get(), header, header->nlmsg_len) == -1) {
    throw_errno({"ask nftables"});
  }
  int more = MNL_CB_OK;
  while (more > MNL_CB_STOP) {
    const ssize_t length = ::mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
    if (length == -1) throw_errno({"ask nftables"});
    more =
        ::mnl_cb_run(buffer.data(), static_cast<size_t>(length), 0, 0, look_for_comment, commented);
  }
  if (more != MNL_CB_STOP && errno != ENOENT) throw_errno({"ask nftables for ", query.table});
  return more == MNL_CB_STOP;
}

}  // namespace

bool has_nft_table(const char* table) {
  bool commented = false;
  return ask({NFT_MSG_GETTABLE, NLM_F_ACK, NFTA_TABLE_NAME, table, 0, nullptr}, &commented);
}

bool has_nft_chain(const char* table, const char* chain) {
  bool commented = false;
  return ask({NFT_MSG_GETCHAIN, NLM_F_ACK, NFTA_CHAIN_TABLE, table, NFTA_CHAIN_NAME, chain},
             &commented);
}

bool has_nft_comment(const char* table, const char* chain) {
  bool commented = false;
  ask({NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, table, NFTA_RULE_CHAIN, chain}, &commented);
  return commented;
}

}  // namespace stepbox
