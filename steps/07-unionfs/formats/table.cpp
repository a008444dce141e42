#include "07-unionfs/formats/table.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

using Json = nlohmann::ordered_json;

void parse_value(const std::string& text, Format& format) {
  constexpr std::string_view kTable = "table";
  format = {.table = text.starts_with(kTable), .pattern = {}};
  if (text == kTable || text == "json") return;
  if (text.find("{{") == text.npos) {
    throw Failure(join({"no format is called '", text, "'"}),
                  "table, json, or a template such as {{.Name}}");
  }
  std::string pattern = text.substr(format.table ? kTable.size() : 0);
  // As docker does: a shell passes \t and \n on as two characters each.
  for (const auto& [escape, character] : {std::pair{"\\t", "\t"}, {"\\n", "\n"}}) {
    for (size_t at; (at = pattern.find(escape)) != text.npos;) {
      pattern.replace(at, 2, character);
    }
  }
  if (format.table) pattern.erase(0, pattern.find_first_not_of(' '));
  format.pattern = Template(pattern);
}

void add_format_option(CommandLine& cli, Format& format) {
  cli.option("--format", "FORMAT", format,
             "Output format: table, json for one object a line, or a Go template (table)");
}

// In UTF-8 the continuation bytes of a character begin with the bits 10.
static bool begins_character(char c) { return (c & 0xC0) != 0x80; }

static size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// Replaces control characters: text from an untrusted image must not control the terminal.
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

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Format::object(const Json& object) const {
  return (pattern ? pattern.text(object) : dump(object)) + "\n";
}

// CreatedAt: CREATED AT.
static std::string head_of(const Listing::Column& column) {
  if (*column.head) return column.head;
  std::string head;
  for (const char* c = column.key; *c; ++c) {
    const bool capital = *c >= 'A' && *c <= 'Z';
    if (capital && c != column.key) head += ' ';
    head += capital ? *c : static_cast<char>(*c - 'a' + 'A');
  }
  return head;
}

// The objects as JSON has them, the keys in order.
Json Listing::object(const Row& row) const {
  nlohmann::json object;
  for (size_t i = 0; i < columns_.size(); ++i) object[columns_[i].key] = row.at(i);
  return object;
}

std::string Listing::text(const Format& format) const {
  std::string lines;
  if (!format.table) {
    for (const Row& row : rows_) lines += format.object(object(row));
    return lines;
  }
  Row heads;
  for (const Column& column : columns_) heads.push_back(head_of(column));
  std::vector<Row> table{heads};
  table.insert(table.end(), rows_.begin(), rows_.end());
  for (Row& row : table) {
    if (format.pattern) {
      row = split(format.pattern.text(object(row)), '\t');
      continue;
    }
    Row cells;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (*columns_[i].head) cells.push_back(std::move(row[i]));
    }
    row = std::move(cells);
  }
  return as_table(table);
}

std::string shortened(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  size_t end = 0;
  for (size_t characters = 0; characters < width; ++characters) {
    do ++end;
    while (!begins_character(text[end]));
  }
  do --end;
  while (!begins_character(text[end]));  // one less, for the ellipsis
  return text.substr(0, end) + "…";
}

}  // namespace stepbox
