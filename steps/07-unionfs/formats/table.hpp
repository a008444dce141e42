// Step 7. Lists and objects as verbs print them: a table for people, with --format a JSON object a
// line or what a Go template makes of it. Columns and keys are docker's, so that scripts for docker
// find theirs.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/formats/template.hpp"
#include "common/cli.hpp"

namespace stepbox {

// The value of --format: table, json, a template such as '{{.Name}}', or 'table {{.ID}}\t{{.Name}}'
// with a line of heads.
struct Format {
  bool table = true;
  Template pattern;  // none: the table's own columns, or JSON

  bool is_given() const { return !table || pattern; }

  // An object that is not part of a list: JSON in one line, or what the template makes of it, and a
  // line end.
  std::string object(const nlohmann::ordered_json& object) const;
};
void parse_value(const std::string& text, Format& format);  // throws Failure
void add_format_option(CommandLine& cli, Format& format);

// In one line. Bytes that are not UTF-8 are replaced.
std::string dump(const nlohmann::ordered_json& json);

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
  // The head of the table's column, empty: not in the table; the key in JSON and templates.
  struct Column {
    const char* head;
    const char* key;
  };
  explicit Listing(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(Row row) { rows_.push_back(std::move(row)); }  // a cell for each column
  std::string text(const Format& format) const;

 private:
  nlohmann::ordered_json object(const Row& row) const;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// At most `width` characters; an ellipsis marks the place where the text was cut.
std::string shortened(const std::string& text, size_t width);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TABLE_HPP_
