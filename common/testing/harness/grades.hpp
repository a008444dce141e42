// Points: what each claim is worth, and what a student's step has earned.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_

#include <string>
#include <vector>

#include "common/testing/harness/cell.hpp"

namespace stepbox {

struct Points {
  int earned = 0;
  int reachable = 0;  // 0 where this machine cannot host the claim: nobody loses by that

  Points& operator+=(const Points& more) {
    earned += more.earned;
    reachable += more.reachable;
    return *this;
  }
};

// Challenges are extra: who leaves them out can have all points.
struct Grade {
  Points steps = {};
  Points extra = {};
};

// Whether a student's step N answers for this claim: those that the step adds, or must keep. A
// hole need not be dug to earn something; and of step 7 only what a container itself is counts.
bool is_graded(const Claim& claim, int step);

// All points of a claim, or none. What held before the step (kKept) earns only beside something
// new of the same step: who has not begun has earned nothing.
Points points_of(const Cell& cell, const std::vector<Cell>& cells);

Grade grade_of(const std::vector<Cell>& cells);

// What a claim is counted under: "step 5", "challenge shell".
std::string section_of(const Claim& claim);

// A line a claim, a sum a section, what went wrong under each that failed; the total at the end.
std::string as_grades(const std::vector<Cell>& cells, bool coloured);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_GRADES_HPP_
