#include "common/testing/harness/report.hpp"

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

// How a program avoids leftovers of each kind. Of several kinds the first one is shown: it keeps
// the later ones alive.
constexpr std::pair<const char*, const char*> kTakenAway[] = {
    {"process", "wait for every process that you start; if it runs on, kill it first"},
    {"mount",
     "umount2(2) on every way out, or a mount namespace that is private and takes all with it"},
    {"cgroup", "rmdir(2) the group when nobody is in it any more"},
    {"link", "delete the link, or let it go with the namespace that its other end is in"},
    {"nft", "take out of nft's tables what you have put there"},
    {"file", "unlink(2) each file on every way out, after errors and signals too"},
    {"namespace", "something holds the namespace: an open file, or a mount"},
};

// Leftovers have a hint of their own: the claim may be about something else.
std::string hint_of(const Cell& cell) {
  const std::string own(cell.claim->traits.hint);
  for (const auto& [kind, how] : kTakenAway) {
    if (!cell.verdict.left.contains(kind)) continue;
    return how + (own.empty() ? "" : " (the claim's own hint: " + own + ")");
  }
  return own;
}

}  // namespace

std::string name_of(ClaimKind kind) {
  return kind == kNew ? "new" : kind == kHole ? "hole" : "kept";
}

std::string state_of(const Cell& cell) {
  if (cell.verdict.answer == Answer::kSkipped) return "skipped";
  if (cell.verdict.answer == Answer::kNotApplicable) return "not applicable";
  return is_red(cell.verdict, cell.demand) ? "failed" : "passed";
}

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

std::string as_line(const Cell& cell, bool coloured) {
  const Traits& traits = cell.claim->traits;
  const std::string state = state_of(cell);
  const char* colour = state == "passed" ? kGreen : state == "failed" ? kRed : kGrey;
  const std::string mark = state == "passed"    ? "ok  "
                           : state == "failed"  ? "RED "
                           : state == "skipped" ? "skip"
                                                : "n/a ";
  std::string text = "  " + painted(mark, colour, coloured) + "  " + cell.claim->name;
  if (traits.kind == kHole) text += " (still open)";
  if (state == "skipped" || state == "not applicable") text += ": " + cell.verdict.reason;
  text += "\n";
  if (state != "failed") return text;
  text += indented(reason_of(cell), "        ");
  if (const std::string hint = hint_of(cell); !hint.empty()) text += "        hint: " + hint + "\n";
  return text;
}

std::string as_text(const std::vector<Cell>& cells, bool coloured) {
  std::string text;
  int step = 0;
  for (const Cell& cell : cells) {
    const int number = cell.claim->traits.step;
    if (number != step) text += "step " + std::to_string(step = number) + "\n";
    text += as_line(cell, coloured);
  }
  return text;
}

std::string as_list(const std::string& challenge) {
  std::string text;
  for (const Claim& claim : claims()) {
    if (claim.traits.challenge != challenge) continue;
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
  std::map<std::string, std::string> not_by_hand;
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
    // Two columns wide, whatever the number of bytes. `!` marks red cells without colours, too.
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
    if (cell.subject->by_hand && cell.demand == Demand::kTrue &&
        cell.verdict.answer == Answer::kNotApplicable) {
      not_by_hand[cell.claim->name + ": " + cell.verdict.reason] += " " + cell.subject->name;
    }
  }
  text += "\n✓ true  ✗ false  – not applicable  s skipped  ! not what the claim's kind says\n";
  for (const auto& [reason, where] : skips) text += "skip  " + reason + ":" + where + "\n";
  for (const auto& [what, who] : not_by_hand) text += "not by" + who + ": " + what + "\n";
  return text + (reds.empty() ? "" : "\n" + reds);
}

}  // namespace stepbox
