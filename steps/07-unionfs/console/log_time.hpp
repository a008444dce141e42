// Step 7. Parses the times of `logs --since` and `--until`.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_

#include <cstdint>
#include <string>

namespace stepbox {

// Accepts "10m", "1h30m", "2.5s": a duration before `now` (seconds since 1970); "2026-11-22",
// "2026-11-22T01:44:00" in local time, or with "Z" or "+02:00"; "1795311840", seconds since 1970.
// Returns the time in the format of LogLine::time. Throws Failure.
std::string parse_since(const std::string& text, int64_t now);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
