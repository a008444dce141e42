// The reports that programs read.
#include <cstdio>

#include "common/error.hpp"
#include "common/testing/report.hpp"

namespace stepbox {
namespace {

std::string seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string json_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
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
        // XML has no way to say the other control characters.
        result += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return result;
}

}  // namespace

std::string as_json(const std::vector<Cell>& cells) {
  std::string text = "{\n  \"claims\": [";
  int points = 0;
  int reachable = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Traits& traits = cells[i].claim->traits;
    const std::string state = state_of(cells[i]);
    reachable += traits.points;
    if (state == "passed") points += traits.points;
    text +=
        join({i ? ",\n    " : "\n    ", "{\"name\": ", json_string(cells[i].claim->name),
              ", \"subject\": ", json_string(cells[i].subject->name),
              ", \"step\": ", std::to_string(traits.step), ", \"kind\": \"", name_of(traits.kind),
              "\", \"points\": ", std::to_string(traits.points), ", \"result\": \"", state,
              "\", \"seconds\": ", seconds(cells[i].verdict.seconds), ", \"message\": ",
              json_string(state == "failed" ? reason_of(cells[i]) : cells[i].verdict.reason), "}"});
  }
  const Tally tally = tally_of(cells);
  return text + join({"\n  ],\n  \"passed\": ", std::to_string(tally.passed),
                      ",\n  \"failed\": ", std::to_string(tally.failed), ",\n  \"skipped\": ",
                      std::to_string(tally.skipped), ",\n  \"points\": ", std::to_string(points),
                      ",\n  \"reachable\": ", std::to_string(reachable), "\n}\n"});
}

std::string as_junit(const std::vector<Cell>& cells) {
  const Tally tally = tally_of(cells);
  std::string text =
      join({"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"stepbox\"", " tests=\"",
            std::to_string(cells.size()), "\" failures=\"", std::to_string(tally.failed),
            "\" skipped=\"", std::to_string(tally.skipped), "\">\n"});
  for (const Cell& cell : cells) {
    const std::string state = state_of(cell);
    text +=
        join({"  <testcase classname=\"step", std::to_string(cell.claim->traits.step), "\" name=\"",
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
