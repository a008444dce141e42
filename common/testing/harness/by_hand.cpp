#include "common/testing/harness/by_hand.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<Excuse> read_excuses(const std::string& text) {
  std::vector<Excuse> excuses;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const size_t bar = line.find(" | ");
    const bool user = line[0] == 'u';
    if ((!user && (line[0] < '1' || line[0] > '7')) || bar == line.npos || bar < 3) {
      throw Failure("no excuse: " + line, "STEP[?] CLAIM | why");
    }
    excuses.push_back({.ordinary_user = user,
                       .since = user ? 1 : line[0] - '0',
                       .at_times = line[1] == '?',
                       .claim = line.substr(3, bar - 3),
                       .why = line.substr(bar + 3)});
  }
  return excuses;
}

static bool is_excused(const Cell& cell, const Excuse& excuse) {
  const bool meant = excuse.ordinary_user ? cell.subject->ordinary_user : cell.subject->by_hand;
  return meant && cell.subject->level >= excuse.since && cell.claim->name == excuse.claim &&
         cell.demand == Demand::kTrue;
}

static void judge(Cell& cell, const Excuse& excuse) {
  if (cell.verdict.answer == Answer::kFalse) {
    const Answer answer = excuse.ordinary_user ? Answer::kSkipped : Answer::kNotApplicable;
    cell.verdict = {.answer = answer, .reason = excuse.why};
  } else if (cell.verdict.answer == Answer::kTrue && !excuse.at_times) {
    cell.verdict = {.reason = "it holds, though the list of excuses says that it cannot\n"};
  }
}

void leave_out(std::vector<Cell>& cells, const std::vector<Excuse>& excuses) {
  for (const Excuse& one : excuses) {
    for (Cell& cell : cells) cell.wanted = cell.wanted && !is_excused(cell, one);
  }
}

void excuse(std::vector<Cell>& cells, const std::vector<Excuse>& excuses) {
  for (const Excuse& one : excuses) {
    const bool known = std::any_of(claims().begin(), claims().end(),
                                   [&](const Claim& claim) { return claim.name == one.claim; });
    if (!known) throw Failure("an excuse names no claim: " + one.claim);
    for (Cell& cell : cells) {
      if (is_excused(cell, one)) judge(cell, one);
    }
  }
}

}  // namespace stepbox
