// A cell of the matrix: one claim asked of one subject, on a fresh stage.
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
  std::set<std::string> leaks = {};  // kinds of what the subject has left behind in earlier cells
  bool wanted = true;                // false: not run, and counted as not applicable
};

// Asks all of them, `at_once` at a time, each in a process and a stage of its own; a cell that
// has no answer within 60 s is ended and counts as false. A subject that hung in `strikes` claims
// is asked no more, and the rest counts as false (0: never); so does all that is asked of a program
// that does not exist. After so many red ones as `enough` says (0: never) the rest is dropped from
// `cells`, unasked. Afterwards the machine is as before.
// Throws system_error when this process may not make stages (not root).
void ask_all(std::vector<Cell>& cells, const Ingredients& ingredients, int at_once, int strikes,
             int enough);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_CELL_HPP_
