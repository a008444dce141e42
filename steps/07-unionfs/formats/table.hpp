// Step 7. A list as verbs print it: a table for people, or with --format json a JSON object a line.
// The columns are docker's, so that scripts for docker find theirs.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "07-unionfs/files/printing.hpp"
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

// At most `width` characters; an ellipsis marks the place where the text was cut.
std::string shortened(const std::string& text, size_t width);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_
