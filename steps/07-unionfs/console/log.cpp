#include "07-unionfs/console/log.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/error.hpp"

namespace stepbox {

constexpr uint64_t kReserve = 128 << 10;
constexpr size_t kLongestLine = 16 * 1024;  // a longer line is split

std::string to_json(const LogLine& line) {
  // Replaces bytes that are not UTF-8 by U+FFFD.
  const std::string text =
      nlohmann::json(line.text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return join({"{\"log\":", text, ",\"stream\":\"",
               line.stream == Stream::kOutput ? "stdout" : "stderr", "\",\"time\":\"", line.time,
               "\"}\n"});
}

std::optional<LogLine> parse_log_line(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return LogLine{json.at("stream") == "stdout" ? Stream::kOutput : Stream::kErrors,
                   json.at("log"), json.at("time")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string as_log_time(int64_t seconds, long nanoseconds) {
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char date[32], text[64];
  ::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, "%s.%09ldZ", date, nanoseconds);
  return text;
}

static std::string now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return as_log_time(time.tv_sec, time.tv_nsec);
}

void parse_value(const std::string& text, LogOptions& options) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string value = equals == text.npos ? "" : text.substr(equals + 1);
  if (name == "max-size") {
    parse_value(value, options.max_size);
    if (options.max_size.count == 0) throw Failure("max-size=0 leaves no room for a line");
  } else if (name == "max-file") {
    parse_value(value, options.max_files);
    if (options.max_files.number < 1) throw Failure("max-file is less than 1");
  } else {
    throw Failure(join({"'", text, "' is no option of a log"}), "max-size=10m, max-file=3");
  }
}

Log::Log(const std::string& path, const LogOptions& options)
    : path_(path),
      options_(options),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640)) {
  if (!file_) throw_errno({"open ", path});
  size_ = ::lseek(file_.get(), 0, SEEK_END);
}

void Log::rotate() {
  if (options_.max_files.number == 1) ::unlink(path_.c_str());  // readers look for a new file
  for (int64_t number = options_.max_files.number - 1; number > 0; --number) {
    const std::string before = number == 1 ? "" : join({".", std::to_string(number - 1)});
    const std::string after = join({path_, ".", std::to_string(number)});
    ::rename((path_ + before).c_str(), after.c_str());
  }
  Fd fresh(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640));
  if (!fresh) return;  // keep writing to the old one
  file_ = std::move(fresh);
  size_ = 0;
}

// Leaves room on the disk for the record that tells how the container ended.
static bool has_room(const Fd& file) {
  struct statvfs disk {};
  return ::fstatvfs(file.get(), &disk) == -1 || disk.f_bavail * disk.f_frsize > kReserve;
}

// Appends all of it, or nothing.
bool Log::append(const std::string& lines) {
  if (size_ >= options_.max_size.count) rotate();
  if (!has_room(file_)) return false;
  const auto length = static_cast<ssize_t>(lines.size());
  if (::write(file_.get(), lines.data(), lines.size()) != length) {
    [[maybe_unused]] const int kept = ::ftruncate(file_.get(), size_);
    return false;
  }
  size_ += length;
  return true;
}

void Log::keep(const std::string& lines, size_t size) {
  const std::string gap = join({"[", std::to_string(lost_), " bytes are lost: no space]\n"});
  if (append((lost_ > 0 ? to_json({Stream::kErrors, gap, now()}) : "") + lines)) {
    lost_ = 0;
  } else {
    lost_ += size;
  }
}

// The largest prefix length that does not split a UTF-8 character.
static size_t whole_characters(std::string_view text, size_t most) {
  size_t end = most;
  while (end > most - 4 && (text[end] & 0xC0) == 0x80) --end;
  return end;
}

void Log::write(Stream stream, std::string_view text) {
  if (!file_) return;
  std::string& line = unfinished_[static_cast<int>(stream)];
  const std::string time = now();
  std::string lines;
  size_t size = 0;
  const auto finish = [&](size_t length) {
    lines += to_json({stream, line.substr(0, length), time});
    line.erase(0, length);
    size += length;
  };
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    line += text.substr(0, length);
    text.remove_prefix(length);
    while (line.size() > kLongestLine) finish(whole_characters(line, kLongestLine));
    if (line.ends_with('\n')) finish(line.size());
  }
  if (size > 0) keep(lines, size);
}

void Log::finish_lines() {
  for (const Stream stream : {Stream::kOutput, Stream::kErrors}) {
    const std::string line = std::exchange(unfinished_[static_cast<int>(stream)], {});
    if (!line.empty()) keep(to_json({stream, line, now()}), line.size());
  }
}

}  // namespace stepbox
