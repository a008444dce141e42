#include "common/words/near_word.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/error.hpp"

namespace stepbox {

size_t edit_distance(std::string_view one, std::string_view other) {
  // row[j]: from the first i characters of `one` to the first j characters of `other`; before it,
  // the rows for i - 1 and i - 2.
  std::vector<size_t> row(other.size() + 1), before(row), earlier;
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= one.size(); ++i) {
    earlier = std::exchange(before, row);
    row[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const bool same = one[i - 1] == other[j - 1];
      row[j] = std::min({before[j - 1] + (same ? 0 : 1), before[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        row[j] = std::min(row[j], earlier[j - 2] + 1);
      }
    }
  }
  return row.back();
}

std::string nearest_word(std::string_view typed, const std::vector<std::string>& known) {
  const size_t most = typed.size() < 2 ? 0 : typed.size() < 6 ? 1 : 2;
  std::string nearest;
  size_t least = most + 1;
  for (const std::string& word : known) {
    const size_t distance = edit_distance(typed, word);
    if (distance >= least) continue;
    least = distance;
    nearest = word;
  }
  return nearest;
}

std::string question_about(std::string_view typed, const std::vector<std::string>& known) {
  const std::string nearest = nearest_word(typed, known);
  return nearest.empty() ? "" : join({"did you mean ", nearest, "?"});
}

}  // namespace stepbox
