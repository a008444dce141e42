// Step 7. The edit distance of two words, to suggest a verb for a mistyped one.
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_EDIT_DISTANCE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_EDIT_DISTANCE_HPP_

#include <cstddef>
#include <string_view>

namespace stepbox {

// How many characters have to be inserted, removed or replaced to turn one word into the other
// (Levenshtein distance).
size_t edit_distance(std::string_view one, std::string_view other);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VERBS_EDIT_DISTANCE_HPP_
