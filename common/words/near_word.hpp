// What a mistyped word was meant to be.
#ifndef STEPBOX_COMMON_WORDS_NEAR_WORD_HPP_
#define STEPBOX_COMMON_WORDS_NEAR_WORD_HPP_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// How many characters have to be inserted, removed or replaced, or exchanged with their neighbour,
// to turn one word into the other (optimal string alignment distance).
size_t edit_distance(std::string_view one, std::string_view other);

// The nearest of the known words; empty if it is not likely that it was meant: one mistake in a
// short word, two in six characters ("pull" is not "kill").
std::string nearest_word(std::string_view typed, const std::vector<std::string>& known);

// "did you mean WORD?"; empty if none is likely.
std::string question_about(std::string_view typed, const std::vector<std::string>& known);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_WORDS_NEAR_WORD_HPP_
