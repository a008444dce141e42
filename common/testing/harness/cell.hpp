// A cell of the matrix: one claim about one subject, tested on a stage of its own.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_CELL_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_CELL_HPP_

#include <vector>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/rootfs.hpp"

namespace stepbox {

struct Cell {
  const Claim* claim;
  const SubjectSpec* subject;
  Demand demand;
  Verdict verdict = {};
  std::set<std::string> leaks = {};  // kinds of leftovers of the subject in earlier cells
  bool wanted = true;                // false: not run, counts as not applicable
};

// Runs all cells, `at_once` at a time, each in a process and a stage of its own, and writes the
// verdicts to them. A cell without an answer after 60 s is killed, and counts as false. A subject
// hangs in a cell that is false after more than 5 s; after `strikes` of these (0: no limit) its
// other cells count as false without a run. So do all cells of a program that does not exist. After
// `enough` red cells (0: no limit) the others are removed from `cells`. Afterwards the machine is
// as before. Throws system_error when this process may not make stages (not root).
void ask_all(std::vector<Cell>& cells, const Ingredients& ingredients, int at_once, int strikes,
             int enough);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_CELL_HPP_
