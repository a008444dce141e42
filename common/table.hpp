// What verbs print of many things: a table for people, or with --format json a JSON object a line.
// Columns, durations and sizes are docker's, so that scripts and eyes find what they know.
#ifndef STEPBOX_COMMON_TABLE_HPP_
#define STEPBOX_COMMON_TABLE_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/cli.hpp"

namespace stepbox {

enum class Format { kTable, kJson };
void parse_value(const std::string& text, Format& format);  // throws Failure
void add_format_option(CommandLine& cli, Format& format);   // --format table|json

using Row = std::vector<std::string>;

// The rows below each other, columns as wide as their widest cell and 3 more, `narrowest` at
// least. A line end follows each row. UTF-8 is counted in characters, not bytes.
std::string as_table(const std::vector<Row>& rows, size_t narrowest = 10);

// A list of things with names for their properties.
//
//   Listing images({{"REPOSITORY", "Repository"}, {"", "Digest"}});
//   images.add({"busybox", "sha256:…"});
//   print(images.text(format));
class Listing {
 public:
  // The head of the table's column, empty: not in the table; the key in JSON.
  struct Column {
    const char* head;
    const char* key;
  };
  explicit Listing(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(Row row) { rows_.push_back(std::move(row)); }  // a cell for each column
  std::string text(Format format) const;

 private:
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// Writes all of it to stdout. Throws system_error: a full disk must not look like an empty list.
void print(std::string_view text);

// "5 seconds", "About a minute", "3 weeks". Below zero, a clock put back, counts as zero.
std::string as_duration(int64_t seconds);

// "1.23MB" in powers of 1000, three digits; "1.954GiB" in powers of 1024, four.
std::string as_size(int64_t bytes);
std::string as_binary_size(int64_t bytes);

// At most `width` characters; what is cut off is told by an ellipsis.
std::string shortened(const std::string& text, size_t width);

// In double quotes, one line whatever it holds: "a \"b\"\nc". As JSON does; bytes that are no UTF-8
// become U+FFFD.
std::string in_double_quotes(const std::string& text);

// In the local time zone, as docker's lists say it: "2026-11-22 01:53:27 +0000 UTC".
std::string as_date(int64_t seconds_since_1970);

// In UTC, as docker's inspect says it: "2026-11-22T01:53:27Z"; docker's "0001-01-01T00:00:00Z" for
// a time that has not come, 0.
std::string as_timestamp(int64_t seconds_since_1970);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TABLE_HPP_
