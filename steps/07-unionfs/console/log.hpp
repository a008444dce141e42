// Step 7. The log of a container: one line of JSON for each line of output, in the format of
// docker's json-file driver:
//
//   {"log":"hello\n","stream":"stdout","time":"2026-11-22T01:44:00.123456789Z"}
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "05-cgroup/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

enum class Stream { kOutput, kErrors };

struct LogLine {
  Stream stream = Stream::kOutput;
  std::string text;  // ends with a newline, unless the line was split
  // RFC 3339 in UTC with nine digits of a second, so that texts compare as times do.
  std::string time;
};
std::string to_json(const LogLine& line);
std::optional<LogLine> parse_log_line(
    const std::string& json);  // empty: truncated, or not in this format

// A time in the format of LogLine::time.
std::string as_log_time(int64_t seconds, long nanoseconds);

// --log-opt max-size=SIZE, max-file=N.
struct LogOptions {
  Bytes max_size{10 << 20};
  Count max_files{2};
};
void parse_value(const std::string& text, LogOptions& options);  // throws Failure

// [monitor] Writes at most so many files of at most that size: a full PATH is renamed to PATH.1,
// and that before to PATH.2.
class Log {
 public:
  Log() = default;  // discards everything
  explicit Log(const std::string& path, const LogOptions& options = {});

  // Does not throw: output that cannot be written (disk full) is lost, and a line in the log tells
  // the number of bytes as soon as a write succeeds again.
  void write(Stream stream, std::string_view text);

  // Writes lines that have no newline yet; call it after the last write().
  void finish_lines();

 private:
  void keep(const std::string& lines, size_t size);
  bool append(const std::string& lines);
  void rotate();

  std::string path_;
  LogOptions options_;
  Fd file_;
  off_t size_ = 0;
  std::string unfinished_[2];  // the incomplete line of each stream
  size_t lost_ = 0;            // lost bytes that were not reported yet
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_
