// Step 6. nftables: changed by the program nft(8), asked by netlink.
//
// Rules and maps are long and made once in a network's life, and nft's language is what readers
// know: so the program writes them. But each start asks whether they are there, and starting nft(8)
// takes about as long as starting the container: so these questions go to the kernel directly.
#ifndef STEPBOX_STEPS_06_NETWORK_NFT_HPP_
#define STEPBOX_STEPS_06_NETWORK_NFT_HPP_

#include <string>

namespace stepbox {

// Runs a script of nft commands, one a line, as one transaction: all of them or none. Says each
// under
// --explain. Throws Failure with nft's own message.
void run_nft(const std::string& script);

// Whether the family ip has it. Throw system_error when the kernel's answer is neither yes nor no.
bool has_nft_table(const char* table);
bool has_nft_chain(const char* table, const char* chain);

// Whether one of the chain's rules carries the comment "stepbox".
bool has_nft_comment(const char* table, const char* chain);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NFT_HPP_
