// What a by-hand.sh cannot do: steps/by-hand.txt.
#ifndef STEPBOX_COMMON_TESTING_BY_HAND_HPP_
#define STEPBOX_COMMON_TESTING_BY_HAND_HPP_

#include <string>
#include <vector>

#include "common/testing/cell.hpp"

namespace stepbox {

struct Excuse {
  int since;      // the first step whose script cannot do it
  bool at_times;  // by chance, or with other versions of the programs, it can
  std::string claim;
  std::string why;
};

// The lines `STEP[?] CLAIM | why`. Throws Failure for one that is none.
std::vector<Excuse> read_excuses(const std::string& text);

// Marks the cells of scripts that are excused as not applicable, with the reason. A script that
// keeps a claim for which it is excused turns red: the list would say too much.
// Throws Failure for an excuse that names no claim.
void excuse(std::vector<Cell>& cells, const std::vector<Excuse>& excuses);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_BY_HAND_HPP_
