// What verify prints.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_REPORT_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_REPORT_HPP_

#include <string>
#include <vector>

#include "common/testing/harness/cell.hpp"

namespace stepbox {

struct Tally {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
};

// Judged cells only; one that is not applicable counts nowhere.
Tally tally_of(const std::vector<Cell>& cells);
// "7 passed, 1 failed, 0 skipped"
std::string summary_of(const Tally& tally);

std::string name_of(Kind kind);          // "new", "hole", "kept"
std::string state_of(const Cell& cell);  // "passed", "failed", "skipped", "not applicable"
// Why a cell is red, in the words of its claim's kind.
std::string reason_of(const Cell& cell);

// One claim; under a red one what went wrong, and the hint.
std::string as_line(const Cell& cell, bool coloured);
// One subject's claims, a line each.
std::string as_text(const std::vector<Cell>& cells, bool coloured);
// results.json of Gradescope's autograders.
std::string as_json(const std::vector<Cell>& cells);
std::string as_junit(const std::vector<Cell>& cells);

// Claims down, subjects across; then the reasons of red cells, and of skips.
std::string as_matrix(const std::vector<Cell>& cells, const std::vector<SubjectSpec>& subjects,
                      bool coloured);

// One line a claim of the steps, or of a challenge: step, kind, points, name.
std::string as_list(const std::string& challenge);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_REPORT_HPP_
