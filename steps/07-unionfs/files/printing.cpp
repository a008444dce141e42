#include "07-unionfs/files/printing.hpp"

#include <time.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/error.hpp"

namespace stepbox {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw_errno({"write to stdout"});
  }
}

std::string as_duration(int64_t seconds) {
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return std::to_string(seconds) + " seconds";
  if (seconds < 120) return "About a minute";
  if (seconds < 3'600) return std::to_string(seconds / 60) + " minutes";
  const int64_t hours = (seconds + 1'800) / 3'600;  // rounded, all others cut off
  if (hours == 1) return "About an hour";
  if (hours < 48) return std::to_string(hours) + " hours";
  if (hours < 2 * 7 * 24) return std::to_string(hours / 24) + " days";
  if (hours < 2 * 30 * 24) return std::to_string(hours / 24 / 7) + " weeks";
  if (hours < 2 * 365 * 24) return std::to_string(hours / 24 / 30) + " months";
  return std::to_string(hours / 24 / 365) + " years";
}

std::string as_size(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double number = static_cast<double>(bytes);
  size_t unit = 0;
  for (; number >= 999.5; number /= 1000) ++unit;  // would print as 1000: the next unit
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%s", number, kUnits[unit]);
  return text;
}

std::string as_binary_size(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double number = static_cast<double>(bytes);
  size_t unit = 0;
  for (; number >= 1024; number /= 1024) ++unit;
  char text[32];
  std::snprintf(text, sizeof text, "%.4g%s", number, kUnits[unit]);
  return text;
}

std::string in_double_quotes(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string as_date(int64_t seconds_since_1970) {
  const time_t time = seconds_since_1970;
  struct tm local;
  char text[64];
  ::localtime_r(&time, &local);
  std::strftime(text, sizeof text, "%F %T %z %Z", &local);
  return text;
}

std::string as_timestamp(int64_t seconds_since_1970) {
  if (seconds_since_1970 == 0) return "0001-01-01T00:00:00Z";
  const time_t time = seconds_since_1970;
  struct tm utc;
  char text[32];
  ::gmtime_r(&time, &utc);
  std::strftime(text, sizeof text, "%FT%TZ", &utc);
  return text;
}

std::string as_exact_timestamp(int64_t nanoseconds_since_1970) {
  constexpr int64_t kSecond = 1'000'000'000;
  std::string text = as_timestamp(nanoseconds_since_1970 / kSecond);
  std::string fraction = std::to_string(kSecond + nanoseconds_since_1970 % kSecond);
  fraction[0] = '.';
  fraction.erase(fraction.find_last_not_of("0.") + 1);
  return text.insert(text.size() - 1, fraction);
}

}  // namespace stepbox
