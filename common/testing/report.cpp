#include "common/testing/report.hpp"

#include <cstdio>
#include <map>
#include <sstream>

#include "common/error.hpp"

namespace stepbox {
namespace {

const char* kRed = "\033[31m";
const char* kGreen = "\033[32m";
const char* kGrey = "\033[90m";
const char* kPlain = "\033[0m";

std::string painted(const std::string& text, const char* colour, bool coloured) {
  return coloured ? colour + text + kPlain : text;
}

std::string indented(const std::string& text, const std::string& by) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) result += by + line + "\n";
  }
  return result;
}

std::string name_of(Kind kind) { return kind == kNew ? "new" : kind == kHole ? "hole" : "kept"; }

std::string name_of(const Cell& cell) {
  if (cell.verdict.answer == Answer::kSkipped) return "skipped";
  if (cell.verdict.answer == Answer::kNotApplicable) return "not applicable";
  return is_red(cell.verdict, cell.demand) ? "failed" : "passed";
}

// Why a cell is red, in the words of the claim's kind.
std::string reason_of(const Cell& cell) {
  if (cell.demand == Demand::kTrue) return cell.verdict.reason;
  if (cell.verdict.refused) {
    return "false only because the subject itself failed, not by what its container does:\n" +
           cell.verdict.reason;
  }
  const Traits& traits = cell.claim->traits;
  if (traits.kind == kHole)
    return "the hole should be shut from step " + std::to_string(traits.closed) +
           " on, but is open\n";
  return "should be false before step " + std::to_string(traits.step) +
         ", but is true: the claim does not ask for what the step adds\n";
}

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

Tally tally_of(const std::vector<Cell>& cells) {
  Tally tally;
  for (const Cell& cell : cells) {
    if (cell.demand == Demand::kNothing || cell.verdict.answer == Answer::kNotApplicable) continue;
    if (cell.verdict.answer == Answer::kSkipped) {
      ++tally.skipped;
    } else {
      ++(is_red(cell.verdict, cell.demand) ? tally.failed : tally.passed);
    }
  }
  return tally;
}

std::string summary_of(const Tally& tally) {
  return std::to_string(tally.passed) + " passed, " + std::to_string(tally.failed) + " failed, " +
         std::to_string(tally.skipped) + " skipped";
}

std::string as_text(const std::vector<Cell>& cells, bool coloured) {
  std::string text;
  int step = 0;
  for (const Cell& cell : cells) {
    const Traits& traits = cell.claim->traits;
    if (traits.step != step) text += "step " + std::to_string(step = traits.step) + "\n";
    const std::string state = name_of(cell);
    const char* colour = state == "passed" ? kGreen : state == "failed" ? kRed : kGrey;
    const std::string mark = state == "passed"    ? "ok  "
                             : state == "failed"  ? "RED "
                             : state == "skipped" ? "skip"
                                                  : "n/a ";
    text += "  " + painted(mark, colour, coloured) + "  " + cell.claim->name;
    if (traits.kind == kHole) text += " (still open)";
    if (state == "skipped" || state == "not applicable") text += ": " + cell.verdict.reason;
    text += "\n";
    if (state != "failed") continue;
    text += indented(reason_of(cell), "        ");
    if (!traits.hint.empty()) text += "        hint: " + std::string(traits.hint) + "\n";
  }
  return text;
}

std::string as_json(const std::vector<Cell>& cells) {
  std::string text = "{\n  \"claims\": [";
  int points = 0;
  int reachable = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Traits& traits = cells[i].claim->traits;
    const std::string state = name_of(cells[i]);
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
    const std::string state = name_of(cell);
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

std::string as_list() {
  std::string text;
  for (const Claim& claim : claims()) {
    char head[64];
    std::snprintf(head, sizeof head, "%d  %-4s %2d  ", claim.traits.step,
                  name_of(claim.traits.kind).c_str(), claim.traits.points);
    text += head + claim.name;
    if (claim.traits.kind == kHole) text += " (until " + std::to_string(claim.traits.closed) + ")";
    if (claim.traits.kind == kKept)
      text += " (sabotage " + std::string(claim.traits.sabotage) + ")";
    text += "\n";
  }
  return text;
}

// --- the matrix ---------------------------------------------------------------------------

static std::string cell_mark(const Cell& cell) {
  switch (cell.verdict.answer) {
    case Answer::kTrue:
      return "✓";
    case Answer::kFalse:
      return "✗";
    case Answer::kSkipped:
      return "s";
    case Answer::kNotApplicable:
      return "–";
  }
  return "?";
}

std::string as_matrix(const std::vector<Cell>& cells, const std::vector<SubjectSpec>& subjects,
                      bool coloured) {
  size_t widest = 0;
  for (const Cell& cell : cells) widest = std::max(widest, cell.claim->name.size());
  std::string text(widest + 10, ' ');
  for (const SubjectSpec& subject : subjects) text += "  " + subject.name;
  text += "\n";
  std::string reds;
  std::map<std::string, std::string> skips;  // reason -> where
  for (size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    if (i % subjects.size() == 0) {
      std::string head =
          std::to_string(cell.claim->traits.step) + " " + name_of(cell.claim->traits.kind);
      head.resize(7, ' ');
      std::string name = cell.claim->name;
      name.resize(widest, ' ');
      text += head + " " + name + "  ";
    }
    const bool red = is_red(cell.verdict, cell.demand);
    const std::string where = cell.subject->name + ": " + cell.claim->name;
    // One column wide, whatever its bytes. Red says so without colours too.
    std::string mark = (red ? "!" : " ") + cell_mark(cell);
    text += std::string(cell.subject->name.size(), ' ') + painted(mark,
                                                                  red ? kRed
                                                                  : cell.demand == Demand::kNothing
                                                                      ? kGrey
                                                                      : kGreen,
                                                                  coloured);
    if (i % subjects.size() == subjects.size() - 1) text += "\n";
    if (red)
      reds +=
          painted("RED  ", kRed, coloured) + where + "\n" + indented(reason_of(cell), "       ");
    if (cell.verdict.answer == Answer::kSkipped) skips[cell.verdict.reason] += "\n       " + where;
  }
  text += "\n✓ true  ✗ false  – not applicable  s skipped  ! not what the claim's kind says\n";
  for (const auto& [reason, where] : skips) text += "skip  " + reason + ":" + where + "\n";
  return text + (reds.empty() ? "" : "\n" + reds);
}

}  // namespace stepbox
