// The edit distance of two words.
#include <doctest/doctest.h>

#include "07-unionfs/verbs/edit_distance.hpp"

namespace stepbox {

TEST_CASE("the edit distance counts what a hurried finger gets wrong") {
  CHECK(edit_distance("start", "start") == 0);
  CHECK(edit_distance("strat", "start") == 2);
  CHECK(edit_distance("imags", "images") == 1);
  CHECK(edit_distance("images", "imags") == 1);
  CHECK(edit_distance("", "ps") == 2);
  CHECK(edit_distance("ps", "") == 2);
  CHECK(edit_distance("run", "exec") == 4);
}

}  // namespace stepbox
