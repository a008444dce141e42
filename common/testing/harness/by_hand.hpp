// What a by-hand.sh cannot do, steps/by-hand.txt; nor a step without root, steps/rootless.txt.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_

#include <string>
#include <vector>

#include "common/testing/harness/cell.hpp"

namespace stepbox {

struct Excuse {
  bool ordinary_user;  // for the column without root; else for scripts
  int since;           // the first step whose script cannot do it
  bool at_times;       // by chance, or with other versions of the programs, it can
  std::string claim;
  std::string why;
};

// The lines `STEP[?] CLAIM | why`; STEP is u for the column without root. Throws Failure for one
// that is none.
std::vector<Excuse> read_excuses(const std::string& text);

// Marks the cells of scripts that are excused as not applicable, those without root as skipped,
// with the reason. One that keeps a claim for which it is excused turns red: the list would say too
// much. Throws Failure for an excuse that names no claim.
void excuse(std::vector<Cell>& cells, const std::vector<Excuse>& excuses);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_BY_HAND_HPP_
