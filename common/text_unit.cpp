// Splitting, conversion and quoting of text.
#include <doctest/doctest.h>

#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

using Parts = std::vector<std::string>;

TEST_CASE("split returns the parts between separators, empty ones too") {
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split("a", ',') == Parts{"a"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",a,,b,", ',') == Parts{"", "a", "", "b", ""});
}

TEST_CASE("words_in splits at one or more blanks") {
  CHECK(words_in("  a  b c ") == Parts{"a", "b", "c"});
  CHECK(words_in("").empty());
  CHECK(words_in("  ").empty());
}

TEST_CASE("parse_number takes a whole number and nothing else") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("042") == 42);
  CHECK(parse_number("-7") == -7);
  CHECK(parse_number("9223372036854775807") == INT64_MAX);
  for (const char* text : {"", " 1", "1 ", "1x", "x1", "+1", "1.5", "0x10", "--1", "-", "1\n",
                           "9223372036854775808", "99999999999999999999"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_number(text).has_value());
  }
}

TEST_CASE("case conversion changes ASCII letters only") {
  CHECK(in_upper_case("sigRTMIN+3 é") == "SIGRTMIN+3 é");
  CHECK(in_lower_case("CAP_Net_RAW É") == "cap_net_raw É");
}

TEST_CASE("bytes become two hexadecimal digits each") {
  constexpr unsigned char kBytes[] = {0x00, 0x0f, 0xa5, 0xff};
  CHECK(as_hex(kBytes) == "000fa5ff");
  CHECK(as_hex({}).empty());
}

TEST_CASE("quoted leaves a plain word as it is, and puts quotes around all others") {
  CHECK(quoted("/bin/sh") == "/bin/sh");
  CHECK(quoted("a=b,c:d@e%f+g-h_i.j") == "a=b,c:d@e%f+g-h_i.j");
  CHECK(quoted("") == "''");
  CHECK(quoted("two words") == "'two words'");
  CHECK(quoted("$HOME") == "'$HOME'");
  CHECK(quoted("~") == "'~'");
  CHECK(quoted("a\nb") == "'a\nb'");
  CHECK(quoted("it's") == "'it'\\''s'");
  CHECK(quoted("\xc3\xa9") == "'\xc3\xa9'");
}

TEST_CASE("quoted words are joined by blanks") {
  CHECK(quoted(Parts{"sh", "-c", "[ -f x ]", ""}) == "sh -c '[ -f x ]' ''");
  CHECK(quoted(Parts{}).empty());
}

}  // namespace stepbox
