#include "common/testing/harness/grades.hpp"

#include <algorithm>
#include <cstdio>

#include "common/testing/harness/report.hpp"

namespace stepbox {
namespace {

bool has_begun(int step, const std::vector<Cell>& cells) {
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
    const Traits& traits = cell.claim->traits;
    return traits.step == step && traits.kind == kNew && traits.challenge.empty() &&
           state_of(cell) == "passed";
  });
}

// " 3/ 4"
std::string fraction(Points points) {
  char text[32];
  std::snprintf(text, sizeof text, "%3d/%3d", points.earned, points.reachable);
  return text;
}

}  // namespace

bool is_graded(const Claim& claim, int step) {
  return claim.traits.step == step && claim.traits.kind != kHole && !is_about_runtime(claim);
}

Points points_of(const Cell& cell, const std::vector<Cell>& cells) {
  const Traits& traits = cell.claim->traits;
  const std::string state = state_of(cell);
  if (state != "passed" && state != "failed") return {};
  const bool earned = state == "passed" && (traits.kind == kNew || has_begun(traits.step, cells));
  return {.earned = earned ? traits.points : 0, .reachable = traits.points};
}

std::string section_of(const Claim& claim) {
  const Traits& traits = claim.traits;
  if (!traits.challenge.empty()) return "challenge " + std::string(traits.challenge);
  return "step " + std::to_string(traits.step);
}

Grade grade_of(const std::vector<Cell>& cells) {
  Grade grade;
  for (const Cell& cell : cells) {
    const Points points = points_of(cell, cells);
    const bool extra = !cell.claim->traits.challenge.empty();
    (extra ? grade.extra : grade.steps) += points;
  }
  return grade;
}

std::string as_grades(const std::vector<Cell>& cells, bool coloured) {
  std::string text;
  Points sum;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Points points = points_of(cells[i], cells);
    sum += points;
    text += fraction(points) + as_line(cells[i], coloured);
    const std::string section = section_of(*cells[i].claim);
    if (i + 1 < cells.size() && section_of(*cells[i + 1].claim) == section) continue;
    text += fraction(sum) + "  " + section + "\n\n";
    sum = {};
  }
  const Grade grade = grade_of(cells);
  text += fraction(grade.steps) + "  total\n";
  if (grade.extra.reachable > 0) text += fraction(grade.extra) + "  extra, for challenges\n";
  return text;
}

}  // namespace stepbox
