// Step 6. What nftables has, asked by netlink: to start nft(8) would cost more than the container.
#ifndef STEPBOX_STEPS_06_NETWORK_NFT_QUERY_HPP_
#define STEPBOX_STEPS_06_NETWORK_NFT_QUERY_HPP_

namespace stepbox {

// Of the family ip. Throw system_error when the kernel's answer is neither yes nor no.
bool has_nft_table(const char* table);
bool has_nft_chain(const char* table, const char* chain);

// Whether one of the chain's rules carries the comment "stepbox".
bool has_nft_comment(const char* table, const char* chain);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NFT_QUERY_HPP_
