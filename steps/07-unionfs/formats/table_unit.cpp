// Tables, durations and sizes have docker's form.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/formats/table.hpp"
#include "common/error.hpp"

namespace stepbox {

static Format format(const std::string& text) {
  Format format;
  parse_value(text, format);
  return format;
}

TEST_CASE("a column is as wide as its widest cell and 3 more, and 10 at least; the last ends") {
  CHECK(as_table({{"ID", "A LONG HEAD", "LAST"}, {"0123456789", "x", ""}}) ==
        "ID           A LONG HEAD   LAST\n"
        "0123456789   x             \n");
  CHECK(as_table({{"A", "B"}}) == "A         B\n");
}

TEST_CASE("a table counts characters, not bytes") {
  CHECK(as_table({{"äöüäöüäöü", "x"}, {"123456789", "y"}}) == "äöüäöüäöü   x\n123456789   y\n");
}

TEST_CASE("a table without rows, or with short ones, is no error") {
  CHECK(as_table({}) == "");
  CHECK(as_table({{}}) == "\n");
  CHECK(as_table({{"A"}, {"B", "C"}}) == "A\nB         C\n");
}

TEST_CASE("a listing is a table with a head, or an object a line with docker's keys") {
  Listing listing({{"NAMES", "Names"}, {"", "Labels"}, {"", "CreatedAt"}});
  CHECK(listing.text(format("table")) == "NAMES\n");
  CHECK(listing.text(format("json")) == "");
  CHECK(listing.text(format("{{.Names}}")) == "");
  listing.add({"box", "a=\"1\",b=2", "now"});
  listing.add({"b\xff", "", ""});
  CHECK(listing.text(format("table")) == "NAMES\nbox\nb\xff\n");
  CHECK(listing.text(format("json")) ==
        "{\"CreatedAt\":\"now\",\"Labels\":\"a=\\\"1\\\",b=2\",\"Names\":\"box\"}\n"
        "{\"CreatedAt\":\"\",\"Labels\":\"\",\"Names\":\"b\uFFFD\"}\n");
  CHECK(listing.text(format(R"({{.Names}}\t{{.Label "b"}})")) == "box\t2\nb\xff\t\n");
  CHECK(listing.text(format(R"(table {{.Names}}\t{{.CreatedAt}})")) ==
        "NAMES     CREATED AT\nbox       now\nb\xff        \n");
}

TEST_CASE("a format is table, json, or a template") {
  CHECK_FALSE(format("table").is_given());
  CHECK(format("json").is_given());
  CHECK(format("table {{.ID}}").is_given());
  CHECK(format("{{.ID}}").object({{"ID", 7}}) == "7\n");
  CHECK(format("json").object({{"ID", 7}}) == "{\"ID\":7}\n");
  for (const char* text : {"", "JSON", "yaml", "tables", "table x", "jsonl"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(format(text), doctest::Contains("no format is called '"), Failure);
  }
  CHECK_THROWS_WITH_AS(format("{{.ID"), doctest::Contains("template: '{{.ID' has no }}"), Failure);
}

TEST_CASE("durations are told in docker's words") {
  constexpr int64_t kHour = 3'600, kDay = 24 * kHour;
  const std::pair<int64_t, const char*> kExpected[] = {{-5, "Less than a second"},
                                                       {0, "Less than a second"},
                                                       {1, "1 second"},
                                                       {2, "2 seconds"},
                                                       {59, "59 seconds"},
                                                       {60, "About a minute"},
                                                       {119, "About a minute"},
                                                       {120, "2 minutes"},
                                                       {59 * 60 + 59, "59 minutes"},
                                                       {kHour, "About an hour"},
                                                       {kHour + 30 * 60 - 1, "About an hour"},
                                                       {kHour + 30 * 60, "2 hours"},
                                                       {47 * kHour, "47 hours"},
                                                       {2 * kDay, "2 days"},
                                                       {13 * kDay, "13 days"},
                                                       {14 * kDay, "2 weeks"},
                                                       {59 * kDay, "8 weeks"},
                                                       {60 * kDay, "2 months"},
                                                       {729 * kDay, "24 months"},
                                                       {730 * kDay, "2 years"}};
  for (const auto& [seconds, text] : kExpected) CHECK(as_duration(seconds) == text);
}

TEST_CASE("sizes have three digits and powers of 1000, or four and powers of 1024") {
  CHECK(as_size(0) == "0B");
  CHECK(as_size(999) == "999B");
  CHECK(as_size(1'000) == "1kB");
  CHECK(as_size(1'234'567) == "1.23MB");
  CHECK(as_size(45'678'901) == "45.7MB");
  CHECK(as_size(999'999) == "1MB");
  CHECK(as_size(INT64_MAX) == "9.22EB");
  CHECK(as_binary_size(0) == "0B");
  CHECK(as_binary_size(1'023) == "1023B");
  CHECK(as_binary_size(1'024) == "1KiB");
  CHECK(as_binary_size(2'098'000'000) == "1.954GiB");
  CHECK(as_binary_size(INT64_MAX) == "8EiB");
}

TEST_CASE("what is too long ends with an ellipsis, never within a character") {
  CHECK(shortened("12345", 5) == "12345");
  CHECK(shortened("123456", 5) == "1234…");
  CHECK(shortened("ääääää", 5) == "ääää…");
  CHECK(shortened("ääääää", 1) == "…");
  CHECK(shortened("", 5) == "");
}

TEST_CASE("a text in double quotes is one line, and UTF-8") {
  CHECK(in_double_quotes("a \"b\"\n\\\x01") == "\"a \\\"b\\\"\\n\\\\\\u0001\"");
  CHECK(in_double_quotes("\xff") == "\"\uFFFD\"");
}

TEST_CASE("a time that has not come is docker's year 1") {
  CHECK(as_timestamp(0) == "0001-01-01T00:00:00Z");
  CHECK(as_timestamp(1'700'000'000) == "2023-11-14T22:13:20Z");
  CHECK(as_exact_timestamp(0) == "0001-01-01T00:00:00Z");
  CHECK(as_exact_timestamp(1'700'000'000'000'000'000) == "2023-11-14T22:13:20Z");
  CHECK(as_exact_timestamp(1'700'000'000'050'000'000) == "2023-11-14T22:13:20.05Z");
  CHECK(as_exact_timestamp(1'700'000'000'000'000'001) == "2023-11-14T22:13:20.000000001Z");
}

TEST_CASE("what is in a table does not talk to the terminal") {
  CHECK(as_table({{"\x1b]0;title\a", "two\nlines"}}) == "?]0;title?   two?lines\n");
}

}  // namespace stepbox
