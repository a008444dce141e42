// The reports for other programs: JSON, JUnit.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/error.hpp"
#include "common/testing/harness/grades.hpp"
#include "common/testing/harness/report.hpp"

namespace stepbox {
namespace {

std::string seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string xml_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        // XML 1.0 cannot represent the other control characters.
        result += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return result;
}

}  // namespace

std::string as_json(const std::vector<Cell>& cells) {
  nlohmann::ordered_json tests = nlohmann::ordered_json::array();
  const Grade grade = grade_of(cells);
  double duration = 0;
  for (const Cell& cell : cells) {
    const Points points = points_of(cell, cells);
    duration += cell.verdict.seconds;
    const std::string state = state_of(cell);
    tests.push_back({{"name", cell.claim->name},
                     {"number", section_of(*cell.claim)},
                     {"score", points.earned},
                     {"max_score", points.reachable},
                     {"status", state == "failed" ? "failed" : "passed"},
                     {"output", state == "failed" ? reason_of(cell) : cell.verdict.reason},
                     {"tags", {cell.subject->name, name_of(cell.claim->traits.kind), state}}});
  }
  const nlohmann::ordered_json report{
      {"score", grade.steps.earned + grade.extra.earned},
      {"execution_time", duration},
      {"output", summary_of(tally_of(cells))},
      {"extra_data", {{"reachable", grade.steps.reachable}, {"extra", grade.extra.earned}}},
      {"tests", tests}};
  // The output of a program may be invalid UTF-8.
  return report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string as_junit(const std::vector<Cell>& cells) {
  const Tally tally = tally_of(cells);
  std::string text =
      join({"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"stepbox\"", " tests=\"",
            std::to_string(cells.size()), "\" failures=\"", std::to_string(tally.failed),
            "\" skipped=\"", std::to_string(tally.skipped), "\">\n"});
  for (const Cell& cell : cells) {
    const std::string state = state_of(cell);
    text += join({"  <testcase classname=\"", section_of(*cell.claim), "\" name=\"",
                  xml_text(cell.claim->name), "\" time=\"", seconds(cell.verdict.seconds), "\">"});
    if (state == "failed") {
      text += "<failure>" + xml_text(reason_of(cell)) + "</failure>";
    } else if (state != "passed") {
      text += "<skipped message=\"" + xml_text(cell.verdict.reason) + "\"/>";
    }
    text += "</testcase>\n";
  }
  return text + "</testsuite>\n";
}

}  // namespace stepbox
