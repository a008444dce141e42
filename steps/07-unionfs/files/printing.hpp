// Step 7. Output on stdout; sizes, times and strings as docker prints them.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_PRINTING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_PRINTING_HPP_

#include <cstdint>
#include <string>
#include <string_view>

namespace stepbox {

// Writes all of it to stdout. Throws system_error: a full disk must not look like an empty list.
void print(std::string_view text);

// "5 seconds", "About a minute", "3 weeks". A negative time (the clock was set back) counts as 0.
std::string as_duration(int64_t seconds);

// "1.23MB" in powers of 1000, three digits; "1.954GiB" in powers of 1024, four.
std::string as_size(int64_t bytes);
std::string as_binary_size(int64_t bytes);

// A JSON string, which has no line break: "a \"b\"\nc". Bytes that are not UTF-8 become U+FFFD.
std::string in_double_quotes(const std::string& text);

// In the local time zone, as docker's lists print it: "2026-11-22 01:53:27 +0000 UTC".
std::string as_date(int64_t seconds_since_1970);

// In UTC, as docker's inspect prints it: "2026-11-22T01:53:27Z"; for 0, a time that is not set,
// docker's "0001-01-01T00:00:00Z".
std::string as_timestamp(int64_t seconds_since_1970);
// The same with the fraction of a second: "2026-11-22T01:53:27.5Z".
std::string as_exact_timestamp(int64_t nanoseconds_since_1970);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_PRINTING_HPP_
