// Step 6. nftables: changed by the program nft(8), queried by netlink.
//
// nft(8) makes rules and maps, in its own language: that takes place once, when the network is
// made. But each start of a container tests whether they exist, and nft(8) takes about as long as a
// start: so these queries go to the kernel directly.
#ifndef STEPBOX_STEPS_06_NETWORK_NFT_HPP_
#define STEPBOX_STEPS_06_NETWORK_NFT_HPP_

#include <string>

namespace stepbox {

// Runs a script of nft commands, one a line, as one transaction: all of them or none. Prints each
// under --explain. Throws Failure with nft's own message.
void run_nft(const std::string& script);

// Whether the family ip has this table or chain. Throw system_error for other answers of the
// kernel.
bool has_nft_table(const char* table);
bool has_nft_chain(const char* table, const char* chain);

// Whether one of the chain's rules carries the comment "stepbox".
bool has_nft_comment(const char* table, const char* chain);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NFT_HPP_
