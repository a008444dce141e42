// What is there, counted before and after a claim: whatever is left over fails the claim.
#ifndef STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_

#include <set>
#include <string>

namespace stepbox {

// Everything of a stage that a subject can leave behind, as one set of lines:
//   "mount: proc on /run/stage/cell/rootfs/proc"
//   "cgroup: /sys/fs/cgroup/pids/stepbox/5f3a"
//   "process: 17 sleep (zombie)"
// Excepted: the bridge stepbox0, table `ip stepbox` itself, rules commented "stepbox", empty
// directories and lock files in the state directories, the group stepbox/ itself.
using Census = std::multiset<std::string>;

// `with_nft` asks nft for its rules, which takes 10 ms or more: for subjects that have a network.
// Throws system_error.
Census take_census(bool with_nft);

// What its lines begin with: "cgroup", "mount".
std::set<std::string> kinds_of(const Census& census);

// The lines that `after` has beyond `before`.
Census left_over(const Census& before, const Census& after);

// What of `nft list ruleset`'s answer counts: tables, rules and elements, one line each.
Census nft_lines(const std::string& ruleset);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_
