// Step 7. The log of a container that nobody watched: what it wrote, when, and where to. A line of
// JSON for each line of its own, as docker's json-file has it:
//
//   {"log":"hello\n","stream":"stdout","time":"2026-11-22T01:44:00.123456789Z"}
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/fd.hpp"

namespace stepbox {

enum class Stream { kOutput, kErrors };

struct LogLine {
  Stream stream = Stream::kOutput;
  std::string text;  // ends with a newline, unless it is the part of a line
  // RFC 3339, UTC, nine digits of a second: of two such texts the later is the greater.
  std::string time;
};
std::string to_json(const LogLine& line);
std::optional<LogLine> parse_log_line(const std::string& json);  // none: torn, or no such line

// A moment as LogLine::time has it.
std::string as_log_time(int64_t seconds, long nanoseconds);

// In the monitor. Two files, of 10 MB each: when PATH is full it becomes PATH.1, instead of the one
// that was called so before.
class Log {
 public:
  Log() = default;  // keeps nothing
  explicit Log(const std::string& path);

  // Never throws: what cannot be written (the disk is full) is left out; a line in the log says how
  // much, as soon as one can be written again.
  void write(Stream stream, std::string_view text);

  // No more will come of lines that have not ended.
  void finish_lines();

 private:
  void keep(const std::string& lines, size_t size);
  bool append(const std::string& lines);
  void rotate();

  std::string path_;
  Fd file_;
  off_t size_ = 0;
  std::string unfinished_[2];  // of each stream: the line that has not ended
  size_t lost_ = 0;            // bytes left out, and not told yet
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_LOG_HPP_
