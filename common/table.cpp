#include "common/table.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/error.hpp"

namespace stepbox {

void parse_value(const std::string& text, Format& format) {
  if (text != "table" && text != "json") {
    throw Failure(join({"no format is called '", text, "'"}),
                  "table, or json: jq picks what you want of it");
  }
  format = text == "json" ? Format::kJson : Format::kTable;
}

void add_format_option(CommandLine& cli, Format& format) {
  cli.option("--format", "FORMAT", format, "table, or json: an object a line, for jq (table)");
}

// The bytes that go on with a character begin with 10.
static bool begins_character(char c) { return (c & 0xC0) != 0x80; }

static size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// What a stranger's image says is shown, not obeyed: the terminal gets no control characters.
static std::string harmless(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

std::string as_table(const std::vector<Row>& rows, size_t narrowest) {
  constexpr size_t kGap = 3;
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), narrowest);
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]) + kGap);
    }
  }
  std::string text;
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += harmless(row[i]);
      if (i + 1 < row.size()) text += std::string(widths[i] - width_of(row[i]), ' ');
    }
    text += '\n';
  }
  return text;
}

static std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Listing::text(Format format) const {
  std::string lines;
  std::vector<Row> table(1);
  for (const Column& column : columns_) {
    if (*column.head) table[0].push_back(column.head);
  }
  for (const Row& row : rows_) {
    nlohmann::json object;
    Row cells;
    for (size_t i = 0; i < columns_.size(); ++i) {
      object[columns_[i].key] = row.at(i);
      if (*columns_[i].head) cells.push_back(row[i]);
    }
    if (format == Format::kJson) lines += dump(object) + "\n";
    table.push_back(std::move(cells));
  }
  return format == Format::kJson ? lines : as_table(table);
}

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
  for (; number >= 999.5; number /= 1000) ++unit;  // what would be rounded to 1000 is 1 of the next
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

std::string shortened(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  size_t end = 0;
  for (size_t characters = 0; characters < width; ++characters) {
    do ++end;
    while (!begins_character(text[end]));
  }
  do --end;
  while (!begins_character(text[end]));  // one less: the ellipsis takes its place
  return text.substr(0, end) + "…";
}

std::string in_double_quotes(const std::string& text) { return dump(text); }

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

}  // namespace stepbox
