// Points: those of each claim, and those that a student's step has earned.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_

#include <string>
#include <vector>

#include "common/testing/harness/cell.hpp"

namespace stepbox {

struct Points {
  int earned = 0;
  int reachable = 0;  // 0 if this machine cannot host the claim

  Points& operator+=(const Points& more) {
    earned += more.earned;
    reachable += more.reachable;
    return *this;
  }
};

// Challenges give extra points: all points of the steps can be earned without them.
struct Grade {
  Points steps = {};
  Points extra = {};
};

// Whether the claim counts for a student's step N: the new and kept claims of this step, but no
// holes, and no claims about the runtime around a container (is_about_runtime()).
bool is_graded(const Claim& claim, int step);

// All points of a claim, or none. A kept claim, which was true before the step, earns points only
// if a new claim of the step is true: a step that is not begun earns nothing.
Points points_of(const Cell& cell, const std::vector<Cell>& cells);

Grade grade_of(const std::vector<Cell>& cells);

// The section that a claim counts for: "step 5", "challenge shell".
std::string section_of(const Claim& claim);

// One line for each claim, with the reason below a red one; a sum for each section, and the total.
std::string as_grades(const std::vector<Cell>& cells, bool coloured);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_
