#include "07-unionfs/formats/table.hpp"

#include <algorithm>
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
  cli.option("--format", "FORMAT", format,
             "Output format: table, or json for one object a line (table)");
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
