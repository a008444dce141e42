#include "07-unionfs/verbs/edit_distance.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace stepbox {

size_t edit_distance(std::string_view one, std::string_view other) {
  // distances[j]: from the first i characters of `one` to the first j characters of `other`.
  std::vector<size_t> distances(other.size() + 1);
  std::iota(distances.begin(), distances.end(), 0);
  for (size_t i = 0; i < one.size(); ++i) {
    size_t diagonal = std::exchange(distances[0], i + 1);
    for (size_t j = 0; j < other.size(); ++j) {
      const size_t exchanged = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = distances[j + 1];
      distances[j + 1] = std::min({exchanged, diagonal + 1, distances[j] + 1});
    }
  }
  return distances.back();
}

}  // namespace stepbox
