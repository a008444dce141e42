#include "07-unionfs/console/log_time.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "07-unionfs/console/log.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

constexpr int64_t kSecond = 1'000'000'000;  // in nanoseconds

// Takes the digits at the front of `text`. No sign, no blank.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits =
      text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
  text.remove_prefix(digits.size());
  return digits;
}

// ".5" in nanoseconds; digits after the ninth are cut. 0 if there is none.
std::optional<long> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::string digits(take_digits(text));
  if (digits.empty()) return std::nullopt;
  digits.resize(9, '0');
  return static_cast<long>(parse_number(digits).value_or(0));
}

// Takes "h", "ms": its length in nanoseconds.
std::optional<int64_t> take_unit(std::string_view& text) {
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ns", 1},         {"us", 1'000},  {"\xC2\xB5s", 1'000}, {"\xCE\xBCs", 1'000},
      {"ms", 1'000'000}, {"s", kSecond}, {"m", 60 * kSecond},  {"h", 3600 * kSecond}};
  for (const auto& [name, length] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return length;
  }
  return std::nullopt;
}

// "1h30m", "-1.5h", "300ms" in nanoseconds (Go's time.ParseDuration); a number without a unit is
// not a duration. At most 292 years.
std::optional<int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int64_t sum = 0;
  do {
    const bool begins_with_point = text.starts_with('.');
    const std::string_view digits = take_digits(text);
    if (digits.empty() && !begins_with_point) return std::nullopt;
    const auto whole = digits.empty() ? 0 : parse_number(digits);
    const bool ends_with_point =
        text.starts_with('.') && !digits.empty() && text.substr(1).find_first_of("0123456789") != 0;
    if (ends_with_point) text.remove_prefix(1);  // "1.s", as Go takes it
    const auto fraction = take_fraction(text);
    const auto unit = take_unit(text);
    int64_t length = 0;
    if (!whole || !fraction || !unit || __builtin_mul_overflow(*whole, *unit, &length) ||
        __builtin_add_overflow(sum, length, &sum)) {
      return std::nullopt;
    }
    const double part = static_cast<double>(*fraction) * (static_cast<double>(*unit) / kSecond);
    if (__builtin_add_overflow(sum, static_cast<int64_t>(part), &sum)) return std::nullopt;
  } while (!text.empty());
  return negative ? -sum : sum;
}

// "Z", "+02:00": seconds east of Greenwich.
std::optional<int64_t> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = parse_number(text.substr(1, 2)), minutes = parse_number(text.substr(4, 2));
  if (!hours || !minutes || *hours > 24 || *minutes > 60) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

// The longest of the forms that `text` begins with, in `rest` what follows it: strptime(3) alone
// would accept blanks and single digits.
bool parse_local(const std::string& text, tm& parts, std::string_view& rest) {
  constexpr std::pair<const char*, size_t> kForms[] = {
      {"%Y-%m-%dT%H:%M:%S", 19}, {"%Y-%m-%dT%H:%M", 16}, {"%Y-%m-%dT%H", 13}, {"%Y-%m-%d", 10}};
  for (const auto& [form, size] : kForms) {
    if (text.size() < size) continue;
    const std::string front = text.substr(0, size);
    if (front.find_first_of(" \t+") != front.npos) continue;
    parts = {};
    const char* const end = ::strptime(front.c_str(), form, &parts);
    if (!end || *end != '\0') continue;
    rest = std::string_view(text).substr(size);
    return true;
  }
  return false;
}

// A date of RFC 3339, with or without seconds, minutes, hours, zone; without one it is local time.
std::optional<timespec> parse_date(const std::string& text) {
  tm parts;
  std::string_view rest;
  if (!parse_local(text, parts, rest)) return std::nullopt;
  const auto fraction = take_fraction(rest);
  if (!fraction) return std::nullopt;
  parts.tm_isdst = -1;
  if (rest.empty()) return timespec{::mktime(&parts), *fraction};
  const auto zone = parse_zone(rest);
  if (!zone) return std::nullopt;
  return timespec{::timegm(&parts) - *zone, *fraction};
}

// "1795311840", "1795311840.000000001"
std::optional<timespec> parse_seconds(std::string_view text) {
  const auto seconds = parse_number(take_digits(text));
  const auto fraction = take_fraction(text);
  if (!seconds || !fraction || !text.empty()) return std::nullopt;
  return timespec{*seconds, *fraction};
}

timespec before(const timespec& now, int64_t nanoseconds) {
  timespec then{now.tv_sec - nanoseconds / kSecond, now.tv_nsec - nanoseconds % kSecond};
  if (then.tv_nsec < 0) then = {then.tv_sec - 1, then.tv_nsec + kSecond};
  if (then.tv_nsec >= kSecond) then = {then.tv_sec + 1, then.tv_nsec - kSecond};
  return then;
}

}  // namespace

std::string parse_since(const std::string& text, const timespec& now) {
  std::optional<timespec> moment = parse_seconds(text);
  if (!moment) {
    const auto duration = parse_duration(text);
    moment = duration ? before(now, *duration) : parse_date(text);
  }
  constexpr int64_t kMost = 100'000'000'000;  // the year 5138
  if (moment && moment->tv_sec > -kMost && moment->tv_sec < kMost) {
    return as_log_time(moment->tv_sec, moment->tv_nsec);
  }
  throw Failure(join({"'", text, "' is not a time"}),
                "as 10m, 1h30m, 2026-11-22T01:44:00Z or 1795311840.5");
}

}  // namespace stepbox
