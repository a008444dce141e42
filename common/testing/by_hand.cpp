#include "common/testing/by_hand.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<Excuse> read_excuses(const std::string& text) {
  std::vector<Excuse> excuses;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const size_t bar = line.find(" | ");
    if (line[0] < '1' || line[0] > '7' || bar == line.npos || bar < 3) {
      throw Failure("no excuse: " + line, "STEP[?] CLAIM | why");
    }
    excuses.push_back({.since = line[0] - '0',
                       .at_times = line[1] == '?',
                       .claim = line.substr(3, bar - 3),
                       .why = line.substr(bar + 3)});
  }
  return excuses;
}

static void excuse(Cell& cell, const Excuse& excuse) {
  if (!cell.subject->by_hand || cell.subject->level < excuse.since ||
      cell.claim->name != excuse.claim || cell.demand != Demand::kTrue) {
    return;
  }
  if (cell.verdict.answer == Answer::kFalse) {
    cell.verdict = {.answer = Answer::kNotApplicable, .reason = excuse.why};
  } else if (cell.verdict.answer == Answer::kTrue && !excuse.at_times) {
    cell.verdict = {.reason = "it holds, though steps/by-hand.txt says that it cannot\n"};
  }
}

void excuse(std::vector<Cell>& cells, const std::vector<Excuse>& excuses) {
  for (const Excuse& one : excuses) {
    const bool known = std::any_of(claims().begin(), claims().end(),
                                   [&](const Claim& claim) { return claim.name == one.claim; });
    if (!known) throw Failure("steps/by-hand.txt names no claim: " + one.claim);
    for (Cell& cell : cells) excuse(cell, one);
  }
}

}  // namespace stepbox
