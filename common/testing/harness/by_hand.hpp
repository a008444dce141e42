// Excuses: claims that a by-hand.sh cannot satisfy (steps/by-hand.txt), or a step without root
// (steps/rootless.txt).
#ifndef STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_

#include <string>
#include <vector>

#include "common/testing/harness/cell.hpp"

namespace stepbox {

struct Excuse {
  bool ordinary_user;  // for the column without root; otherwise for scripts
  int since;           // the first step whose script does not satisfy it
  bool at_times;       // it may, by chance or with other versions of programs
  std::string claim;
  std::string why;
};

// Parses the lines `STEP[?] CLAIM | why`; STEP is u for the column without root. Throws Failure for
// a line of another form.
std::vector<Excuse> read_excuses(const std::string& text);

// Marks the cells that have an excuse as not wanted.
void leave_out(std::vector<Cell>& cells, const std::vector<Excuse>& excuses);

// Marks red cells that have an excuse: those of scripts as not applicable, those without root as
// skipped, with the reason. A cell that is excused but true becomes red: the excuse is out of date.
// Throws Failure for an excuse that names no claim.
void excuse(std::vector<Cell>& cells, const std::vector<Excuse>& excuses);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_
