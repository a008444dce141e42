// Parsing names of images.
#include <doctest/doctest.h>

#include "07-unionfs/images/image_reference.hpp"
#include "common/error.hpp"

namespace stepbox {

TEST_CASE("a name is shown as short as docker shows it") {
  const std::pair<const char*, const char*> kNames[] = {
      {"alpine", "alpine:latest"},
      {"alpine:3.19", "alpine:3.19"},
      {"library/alpine", "alpine:latest"},
      {"docker.io/library/alpine", "alpine:latest"},
      {"docker.io/alpine:3", "alpine:3"},
      {"index.docker.io/library/alpine", "alpine:latest"},
      {"docker.io/user/tool:V1_2", "user/tool:V1_2"},
      {"localhost/mine", "mine:latest"},
      {"localhost:5000/mine", "localhost:5000/mine:latest"},
      {"quay.io/a/b-c/d__e:x", "quay.io/a/b-c/d__e:x"},
      {"ghcr.io:443/a:x", "ghcr.io:443/a:x"}};
  for (const auto& [text, expected] : kNames) {
    const std::string name = text;
    CAPTURE(name);
    CHECK(is_reference(text));
    CHECK(parse_reference(text).text() == expected);
  }
}

TEST_CASE("an invalid name of an image is refused") {
  const std::string long_tag = "a:" + std::string(129, 'b');
  const std::string long_name(255, 'a');
  for (const char* text : {"",
                           ":",
                           "a:",
                           ":a",
                           "A",
                           "a/B",
                           "/a",
                           "a/",
                           "a//b",
                           "./a",
                           "../a",
                           "a/../b",
                           ".a",
                           "a.",
                           "-a",
                           "a b",
                           "a:b c",
                           "a:.b",
                           "a:-b",
                           "a@sha256:00",
                           "a\nb",
                           "a%b",
                           "a:b:c",
                           long_tag.c_str(),
                           long_name.c_str()}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(is_reference(text));
    CHECK_THROWS_WITH_AS(parse_reference(text), doctest::Contains("is not a valid image name"),
                         Failure);
  }
}

}  // namespace stepbox
