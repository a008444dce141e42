// Step 7. Moments, as `logs --since` takes them.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_

#include <cstdint>
#include <string>

namespace stepbox {

// "10m", "1h30m", "2.5s": so long before `now` (seconds since 1970); "2026-11-22",
// "2026-11-22T01:44:00", with "Z" or "+02:00" behind it if it is not our own time; "1795311840".
// Returns it as logs have it (LogLine::time). Throws Failure.
std::string parse_since(const std::string& text, int64_t now);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
