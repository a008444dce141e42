// Which word was meant?
#include <doctest/doctest.h>

#include "common/words/near_word.hpp"

namespace stepbox {

TEST_CASE("the edit distance counts what a hurried finger gets wrong") {
  CHECK(edit_distance("start", "start") == 0);
  CHECK(edit_distance("strat", "start") == 1);
  CHECK(edit_distance("imags", "images") == 1);
  CHECK(edit_distance("images", "imags") == 1);
  CHECK(edit_distance("", "ps") == 2);
  CHECK(edit_distance("ps", "") == 2);
  CHECK(edit_distance("run", "exec") == 4);
}

TEST_CASE("a word is offered only if it is likely") {
  const std::vector<std::string> verbs{"images", "kill", "logs", "ps", "run", "start", "stop"};
  CHECK(nearest_word("strat", verbs) == "start");
  CHECK(nearest_word("rnu", verbs) == "run");
  CHECK(nearest_word("imgaes", verbs) == "images");
  CHECK(nearest_word("iamgse", verbs) == "images");
  CHECK(question_about("sp", verbs) == "did you mean ps?");
  for (const char* other : {"pull", "push", "login", "p", "", "build", "search"}) {
    CAPTURE(std::string(other));
    CHECK(question_about(other, verbs) == "");
  }
  CHECK(nearest_word("run", {}) == "");
}

}  // namespace stepbox
