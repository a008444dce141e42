#include "07-unionfs/console/log_time.hpp"

#include <time.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "07-unionfs/console/log.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

// "1h30m" in seconds (Go's time.ParseDuration); a number without a unit is not a duration.
static std::optional<double> parse_duration(const std::string& text) {
  double seconds = 0;
  const char* rest = text.c_str();
  do {
    char* unit = nullptr;
    const double number = std::strtod(rest, &unit);
    const double length = *unit == 'h'                     ? 3600
                          : *unit == 'm' && unit[1] != 's' ? 60
                          : *unit == 's'                   ? 1
                                                           : 0;
    if (unit == rest || length == 0 || !(number >= 0 && number < 1e9)) return std::nullopt;
    seconds += number * length;
    rest = unit + 1;
  } while (*rest != '\0');
  return seconds;
}

// "Z", "+02:00": seconds east of Greenwich.
static std::optional<int64_t> parse_zone(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = parse_number(text.substr(1, 2)), minutes = parse_number(text.substr(4, 2));
  if (!hours || !minutes) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

static std::optional<double> parse_date(const std::string& text) {
  tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%d", &parts);
  if (rest && *rest == 'T') rest = ::strptime(rest, "T%H:%M:%S", &parts);
  if (!rest) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') {
    char* end = nullptr;
    fraction = std::strtod(rest, &end);
    rest = end;
  }
  if (*rest == '\0') {
    parts.tm_isdst = -1;
    return static_cast<double>(::mktime(&parts)) + fraction;
  }
  const auto zone = parse_zone(rest);
  if (!zone) return std::nullopt;
  return static_cast<double>(::timegm(&parts) - *zone) + fraction;
}

std::string parse_since(const std::string& text, int64_t now) {
  std::optional<double> moment;
  if (const auto seconds = parse_number(text)) {
    moment = static_cast<double>(*seconds);
  } else if (const auto duration = parse_duration(text)) {
    moment = static_cast<double>(now) - *duration;
  } else {
    moment = parse_date(text);
  }
  if (!moment || std::abs(*moment) > 1e11) {
    throw Failure(join({"'", text, "' is not a time"}), "as 10m, 1h30m or 2026-11-22T01:44:00Z");
  }
  if (text.size() == 30 && text.ends_with('Z'))
    return text;  // already complete; a double would lose digits
  const double whole = std::floor(*moment);
  return as_log_time(static_cast<int64_t>(whole), static_cast<long>((*moment - whole) * 1e9));
}

}  // namespace stepbox
