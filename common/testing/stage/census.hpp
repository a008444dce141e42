// The census: a list of all objects of a stage, taken before and after a claim. An object that only
// the second list has is a leftover, and fails the claim.
#ifndef STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_

#include <set>
#include <string>

namespace stepbox {

// The objects of a stage that a subject can leave behind, one line each:
//   "mount: proc on /run/stage/cell/rootfs/proc"
//   "cgroup: /sys/fs/cgroup/pids/stepbox/5f3a"
//   "process: 17 sleep (zombie)"
// Not counted: the bridge stepbox0, table `ip stepbox` itself, rules commented "stepbox", empty
// directories and lock files in the state directories, the group stepbox/ itself.
using Census = std::multiset<std::string>;

// `with_nft` counts rules of nft, too: for subjects that have a network. Between two calls the
// process stays in one network namespace. Throws system_error.
Census take_census(bool with_nft);

// The kinds of its objects, the first word of each line: "cgroup", "mount".
std::set<std::string> kinds_of(const Census& census);

// The lines that `after` has beyond `before`.
Census left_over(const Census& before, const Census& after);

// The tables, rules and elements in the output of `nft list ruleset`, one line each; without those
// that are not counted.
Census nft_lines(const std::string& ruleset);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_CENSUS_HPP_
