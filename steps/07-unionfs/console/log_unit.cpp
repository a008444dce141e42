// The log keeps the output of a container unchanged.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <sstream>

#include "07-unionfs/console/log.hpp"
#include "07-unionfs/console/log_time.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

std::vector<LogLine> lines_of(const std::string& path) {
  std::vector<LogLine> lines;
  std::istringstream text(read_file(path));
  for (std::string line; std::getline(text, line);) lines.push_back(parse_log_line(line).value());
  return lines;
}

}  // namespace

TEST_CASE("a line of the log is docker's") {
  const LogLine line{Stream::kErrors, "a \"b\"\n\x1b[1m\xc3\xa4", as_log_time(1795311840, 42)};
  CHECK(to_json(line) ==
        "{\"log\":\"a \\\"b\\\"\\n\\u001b[1m\xc3\xa4\",\"stream\":\"stderr\","
        "\"time\":\"2026-11-22T01:44:00.000000042Z\"}\n");
  const LogLine back = parse_log_line(to_json(line)).value();
  CHECK(back.text == line.text);
  CHECK(back.stream == line.stream);
  CHECK(back.time == line.time);
}

TEST_CASE("an invalid line of the log is ignored") {
  for (const char* text : {"", "{", "{}", "[1]", "{\"log\":\"x\\n\",\"str"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_log_line(text));
  }
}

TEST_CASE("pieces become lines and streams do not mix") {
  const ScratchDirectory scratch;
  Log log(scratch.file("log"));
  log.write(Stream::kOutput, "one");
  log.write(Stream::kErrors, "error\n");
  log.write(Stream::kOutput, " line\nnext\nun");
  log.finish_lines();
  const std::vector<LogLine> lines = lines_of(scratch.file("log"));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].text == "error\n");
  CHECK(lines[0].stream == Stream::kErrors);
  CHECK(lines[1].text == "one line\n");
  CHECK(lines[2].text == "next\n");
  CHECK(lines[3].text == "un");
}

TEST_CASE("a very long line is kept in parts that do not cut a character") {
  const ScratchDirectory scratch;
  Log log(scratch.file("log"));
  std::string text = "x";
  for (int i = 0; i < 20'000; ++i) text += "\xc3\xa4";
  log.write(Stream::kOutput, text + "\n");
  std::string back;
  for (const LogLine& line : lines_of(scratch.file("log"))) back += line.text;
  CHECK(back == text + "\n");
}

TEST_CASE("a full log becomes the old one") {
  const ScratchDirectory scratch;
  Log log(scratch.file("log"));
  const std::string line(10'000, 'x');
  for (int i = 0; i < 3'000; ++i) log.write(Stream::kOutput, line + "\n");
  log.write(Stream::kOutput, "last\n");
  CHECK(read_file(scratch.file("log.1")).size() < (11 << 20));
  CHECK(read_file(scratch.file("log")).size() < (11 << 20));
  CHECK(lines_of(scratch.file("log")).back().text == "last\n");
}

TEST_CASE("--since is a duration or a date or a number") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  constexpr timespec kNow{1795311840, 5};  // 2026-11-22T01:44:00.000000005Z
  const std::pair<const char*, const char*> kTimes[] = {
      {"10m", "2026-11-22T01:34:00.000000005Z"},
      {"1h30m", "2026-11-22T00:14:00.000000005Z"},
      {"0.5s", "2026-11-22T01:43:59.500000005Z"},
      {"-.5s", "2026-11-22T01:44:00.500000005Z"},
      {"+1m1.5s", "2026-11-22T01:42:58.500000005Z"},
      {"1.s", "2026-11-22T01:43:59.000000005Z"},
      {"300ms", "2026-11-22T01:43:59.700000005Z"},
      {"6ns", "2026-11-22T01:43:59.999999999Z"},
      {"1us2\xC2\xB5s1.5\xCE\xBCs", "2026-11-22T01:43:59.999995505Z"},
      {"2026-11-22", "2026-11-22T00:00:00.000000000Z"},
      {"2026-11-22Z", "2026-11-22T00:00:00.000000000Z"},
      {"2026-11-22+01:00", "2026-11-21T23:00:00.000000000Z"},
      {"2026-11-22T01", "2026-11-22T01:00:00.000000000Z"},
      {"2026-11-22T01:02", "2026-11-22T01:02:00.000000000Z"},
      {"2026-11-22T01:02Z", "2026-11-22T01:02:00.000000000Z"},
      {"2026-11-22T01:02-02:30", "2026-11-22T03:32:00.000000000Z"},
      {"2026-11-22T01:02:03", "2026-11-22T01:02:03.000000000Z"},
      {"2026-11-22T01:02:03.000000001", "2026-11-22T01:02:03.000000001Z"},
      {"2026-11-22T01:02:03Z", "2026-11-22T01:02:03.000000000Z"},
      {"2026-11-22T01:02:03.5+01:00", "2026-11-22T00:02:03.500000000Z"},
      {"1795311840", "2026-11-22T01:44:00.000000000Z"},
      {"1795311840.000000001", "2026-11-22T01:44:00.000000001Z"},
      {"0", "1970-01-01T00:00:00.000000000Z"}};
  for (const auto& [text, time] : kTimes) CHECK(parse_since(text, kNow) == std::string(time));
  for (const char* bad : {"",
                          "m",
                          "10x",
                          "10m5",
                          "yesterday",
                          "2026-13-01",
                          "2026-11-22T1",
                          "2026-11-22T01:02:03+1",
                          "1e999s",
                          "-",
                          ".",
                          ".s",
                          "1.",
                          "-10",
                          " 10m",
                          "10 m",
                          "2026-11-22 01:02:03",
                          "2026-11-22T01:02:03+01:00Z",
                          "9999999999999999999h",
                          "99999999999999999999"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS(parse_since(bad, kNow), Failure);
  }
}

}  // namespace stepbox
