#include "07-unionfs/containers/restart_policy.hpp"

#include <algorithm>
#include <iterator>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr const char* kNames[] = {"no", "on-failure", "always", "unless-stopped"};

const char* name_of(RestartWhen when) { return kNames[static_cast<size_t>(when)]; }

void parse_value(const std::string& text, RestartPolicy& policy) {
  const size_t colon = text.find(':');
  const auto* name = std::find(std::begin(kNames), std::end(kNames), text.substr(0, colon));
  policy.when = static_cast<RestartWhen>(name - kNames);
  const bool counted = colon != std::string::npos;
  const auto most = parse_number(counted ? text.substr(colon + 1) : "0");
  if (name == std::end(kNames) || !most || *most < (counted ? 1 : 0) || *most > 1'000'000 ||
      (counted && policy.when != RestartWhen::kOnFailure)) {
    throw Failure(join({"'", text, "' is no restart policy"}),
                  "no, on-failure, on-failure:3, always, unless-stopped");
  }
  policy.most = static_cast<int>(*most);
}

void add_options(CommandLine& cli, RestartPolicy& policy) {
  cli.option(
      "--restart", "POLICY", policy,
      "Restart policy when the container exits: no, on-failure[:N], always or unless-stopped");
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
