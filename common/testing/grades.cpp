#include "common/testing/grades.hpp"

#include <algorithm>
#include <cstdio>

#include "common/testing/report.hpp"

namespace stepbox {
namespace {

bool has_begun(int step, const std::vector<Cell>& cells) {
  return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
    return cell.claim->traits.step == step && cell.claim->traits.kind == kNew &&
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

std::string as_grades(const std::vector<Cell>& cells, bool coloured) {
  std::string text;
  Points total, step;
  for (size_t i = 0; i < cells.size(); ++i) {
    const Points points = points_of(cells[i], cells);
    step.earned += points.earned;
    step.reachable += points.reachable;
    text += fraction(points) + as_line(cells[i], coloured);
    const int number = cells[i].claim->traits.step;
    if (i + 1 < cells.size() && cells[i + 1].claim->traits.step == number) continue;
    text += fraction(step) + "  step " + std::to_string(number) + "\n\n";
    total.earned += step.earned;
    total.reachable += step.reachable;
    step = {};
  }
  return text + fraction(total) + "  total\n";
}

}  // namespace stepbox
