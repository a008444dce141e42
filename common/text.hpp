// Splitting text, parsing numbers, changing letters.
#ifndef STEPBOX_COMMON_TEXT_HPP_
#define STEPBOX_COMMON_TEXT_HPP_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// The parts of `text` between the separators; an empty text has one empty part.
std::vector<std::string> split(std::string_view text, char separator);

// The words of a line: its parts between blanks, of which there may be several.
std::vector<std::string> words_in(std::string_view line);

// Parses a decimal number. Returns none if `text` is anything else, or exceeds 64 bits.
std::optional<int64_t> parse_number(std::string_view text);

// With ASCII letters in upper case, or in lower case; other characters stay.
std::string in_upper_case(std::string text);
std::string in_lower_case(std::string text);

// Bytes as lower case hexadecimal digits, two each.
std::string as_hex(std::span<const unsigned char> bytes);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TEXT_HPP_
