#include "06-network/nft.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include <array>

#include "06-network/netlink.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/fd.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

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

// nft(8) stores a comment in the rule's user data: a byte for the type (0), one for the length, the
// text.
constexpr char kComment[] = "\x00\x08stepbox";

// Sends the query. Returns the socket for the answer.
Fd send(const Query& query) {
  const NetlinkMessage message = make_netlink_message();
  const int type = NFNL_SUBSYS_NFTABLES << 8 | query.type;
  nlmsghdr* header = ::nlmsg_put(message.get(), 0, 0, type, 0, NLM_F_REQUEST | query.flags);
  nfgenmsg body{};
  body.nfgen_family = AF_INET;
  ::nlmsg_append(message.get(), &body, sizeof body, NLMSG_ALIGNTO);
  ::nla_put_string(message.get(), query.table_attribute, query.table);
  if (query.chain) ::nla_put_string(message.get(), query.chain_attribute, query.chain);

  Fd socket = open_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  if (::send(socket.get(), header, header->nlmsg_len, 0) == -1) {
    throw_errno({"ask nftables"});
  }
  return socket;
}

// Whether the kernel has the object. Sets `*commented` if the answer contains the comment
// "stepbox".
bool ask(const Query& query, bool* commented = nullptr) {
  const Fd socket = send(query);
  std::array<char, 8192> buffer;
  for (;;) {
    int left = static_cast<int>(::recv(socket.get(), buffer.data(), buffer.size(), 0));
    if (left == -1) throw_errno({"ask nftables"});
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); ::nlmsg_ok(header, left);
         header = ::nlmsg_next(header, &left)) {
      if (header->nlmsg_type == NLMSG_DONE) return true;
      if (header->nlmsg_type == NLMSG_ERROR) {  // or the acknowledgement: error 0
        const int error = -static_cast<const nlmsgerr*>(::nlmsg_data(header))->error;
        if (error != 0 && error != ENOENT) throw_errno({"ask nftables for ", query.table}, error);
        return error == 0;
      }
      if (commented && ::memmem(header, header->nlmsg_len, kComment, sizeof kComment)) {
        *commented = true;
      }
    }
  }
}

}  // namespace

void run_nft(const std::string& script) {
  for (const std::string& line : split(script, '\n')) {
    if (!line.empty()) explain({"nft ", quoted(line)});
  }
  run_program({"nft", "-f", "-"}, script);
}

bool has_nft_table(const char* table) {
  return ask({NFT_MSG_GETTABLE, NLM_F_ACK, NFTA_TABLE_NAME, table, 0, nullptr});
}

bool has_nft_chain(const char* table, const char* chain) {
  return ask({NFT_MSG_GETCHAIN, NLM_F_ACK, NFTA_CHAIN_TABLE, table, NFTA_CHAIN_NAME, chain});
}

bool has_nft_comment(const char* table, const char* chain) {
  bool commented = false;
  ask({NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, table, NFTA_RULE_CHAIN, chain}, &commented);
  return commented;
}

}  // namespace stepbox
