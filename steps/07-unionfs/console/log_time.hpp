// Step 7. Parses the times of `logs --since` and `--until`.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_

#include <time.h>

#include <string>

namespace stepbox {

// Accepts all that docker does:
//   10m, 1h30m, 300ms, -5s            a duration before `now`, in the form of Go
//   2026-11-22T01:44:00.5Z, …+02:00   a date (RFC 3339); seconds, minutes, hours and zone may be
//   2026-11-22T01:44, 2026-11-22Z     left out: without a zone it is local time
//   1795311840, 1795311840.000000001  seconds since 1970
// Returns the time in the format of LogLine::time. Throws Failure.
std::string parse_since(const std::string& text, const timespec& now);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_TIME_HPP_
