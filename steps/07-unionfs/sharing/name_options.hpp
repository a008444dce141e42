// Step 7. Names beyond those of step 6: --domainname, and what resolv.conf says besides servers.
// (resolv.conf(5))
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_NAME_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_NAME_OPTIONS_HPP_

#include <string>
#include <vector>

#include "common/cli.hpp"

namespace stepbox {

struct NameOptions {
  std::vector<std::string> search;   // --dns-search: instead of the host's; ".": none
  std::vector<std::string> options;  // --dns-option: instead of the host's
  std::string domain;                // --domainname
  bool given() const { return !search.empty() || !options.empty() || !domain.empty(); }
};
void add_options(CommandLine& cli, NameOptions& names);

// [parent] Throws Failure for text that resolv.conf or hosts cannot hold.
void check(const NameOptions& names);

// The text of resolv.conf with the lines that are asked for, instead of those of their kind.
std::string completed_resolv_conf(const std::string& text, const NameOptions& names);

// [child] Changes resolv.conf and hosts, which must be the container's own by now, and sets the
// domain name of the UTS namespace. Throws system_error.
void complete_names(const NameOptions& names);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_NAME_OPTIONS_HPP_
