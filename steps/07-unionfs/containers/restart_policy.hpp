// Step 7. Whether a container that has ended is started again, and when. (--restart)
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_

#include <string>

#include "common/cli.hpp"

namespace stepbox {

enum class RestartWhen { kNever, kOnFailure, kAlways, kUnlessStopped };
const char* name_of(RestartWhen when);  // "no", "on-failure", …

// "no", "on-failure", "on-failure:3" (at most so often), "always", "unless-stopped". The last two
// are one here: they differ when docker's daemon starts, and there is none.
struct RestartPolicy {
  RestartWhen when = RestartWhen::kNever;
  int most = 0;  // 0: no limit

  // For one that has ended with `status`, after so many restarts.
  bool applies(int status, int restarts) const;
};
void parse_value(const std::string& text, RestartPolicy& policy);  // throws Failure

void add_options(CommandLine& cli, RestartPolicy& policy);

// How long to wait before it is started, in milliseconds: 100, then twice as long each time, up to
// a minute; 100 again when it has run for 10 s. As docker does.
int next_pause(int last_pause, int seconds_run);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RESTART_POLICY_HPP_
