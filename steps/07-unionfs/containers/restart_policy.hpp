// Step 7. --restart: whether and when a container that has ended is started again.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_

#include <string>

#include "common/cli.hpp"

namespace stepbox {

enum class RestartWhen { kNever, kOnFailure, kAlways, kUnlessStopped };
const char* name_of(RestartWhen when);  // "no", "on-failure", …

// "no", "on-failure", "on-failure:3" (at most three times), "always", "unless-stopped". The last
// two mean the same here: they differ only when docker's daemon starts, and stepbox has none.
struct RestartPolicy {
  RestartWhen when = RestartWhen::kNever;
  int most = 0;  // 0: no limit

  // Whether a container that ended with `status` is started again, after `restarts` restarts.
  bool applies(int status, int restarts) const;
};
void parse_value(const std::string& text, RestartPolicy& policy);  // throws Failure

void add_options(CommandLine& cli, RestartPolicy& policy);

// The delay before the next start in milliseconds, as docker has it: 100, then twice the last one,
// up to a minute; 100 again after a run of at least 10 s.
int next_pause(int last_pause, int seconds_run);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_
