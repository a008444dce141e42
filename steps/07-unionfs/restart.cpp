#include "07-unionfs/restart.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

void parse_value(const std::string& text, RestartPolicy& policy) {
  const size_t colon = text.find(':');
  const std::string when = text.substr(0, colon);
  const bool counted = colon != std::string::npos;
  const auto most = parse_number(counted ? text.substr(colon + 1) : "0");
  policy.when = when == "always"           ? RestartWhen::kAlways
                : when == "unless-stopped" ? RestartWhen::kUnlessStopped
                : when == "on-failure"     ? RestartWhen::kOnFailure
                                           : RestartWhen::kNever;
  const bool known = policy.when != RestartWhen::kNever || when == "no";
  if (!known || !most || *most < (counted ? 1 : 0) || *most > 1'000'000 ||
      (counted && policy.when != RestartWhen::kOnFailure)) {
    throw Failure(join({"'", text, "' is no restart policy"}),
                  "no, on-failure, on-failure:3, always, unless-stopped");
  }
  policy.most = static_cast<int>(*most);
}

void add_options(CommandLine& cli, RestartPolicy& policy) {
  cli.option("--restart", "POLICY", policy,
             "When it has ended, start it again: no, on-failure[:N], always or unless-stopped");
}

bool RestartPolicy::applies(int status, int restarts) const {
  if (when == RestartWhen::kOnFailure) return status != 0 && (most == 0 || restarts < most);
  return when != RestartWhen::kNever;
}

int next_pause(int last_pause, int seconds_run) {
  if (last_pause == 0 || seconds_run >= 10) return 100;
  return std::min(last_pause * 2, 60'000);
}

}  // namespace stepbox
