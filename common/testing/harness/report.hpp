// The reports that verify prints.
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

// Counts the cells that have a demand, and are applicable.
Tally tally_of(const std::vector<Cell>& cells);
// "7 passed, 1 failed, 0 skipped"
std::string summary_of(const Tally& tally);

std::string name_of(ClaimKind kind);     // "new", "hole", "kept"
std::string state_of(const Cell& cell);  // "passed", "failed", "skipped", "not applicable"
// Why a cell is red: the claim's own reason, or that a claim is true which should be false.
std::string reason_of(const Cell& cell);

// One line for the claim; for a red one also the reason and the hint.
std::string as_line(const Cell& cell, bool coloured);
// The claims of one subject, by step.
std::string as_text(const std::vector<Cell>& cells, bool coloured);
// results.json of Gradescope's autograders.
std::string as_json(const std::vector<Cell>& cells);
std::string as_junit(const std::vector<Cell>& cells);

// A row for each claim, a column for each subject; then the reasons of red and skipped cells.
std::string as_matrix(const std::vector<Cell>& cells, const std::vector<SubjectSpec>& subjects,
                      bool coloured);

// One line for each claim, of the steps or of a challenge: step, kind, points, name.
std::string as_list(const std::string& challenge);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_REPORT_HPP_
