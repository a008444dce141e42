// The filters of `images -f`.
#include <doctest/doctest.h>

#include "07-unionfs/formats/image_filters.hpp"
#include "common/error.hpp"

namespace stepbox {

static bool chosen(const std::vector<std::string>& texts, const std::string& name) {
  StoredImage image;
  image.created = 5;
  image.labels = {{"tier", "front"}, {"empty", ""}};
  std::vector<ImageFilter> filters;
  for (const std::string& text : texts) parse_value(text, filters.emplace_back());
  for (ImageFilter& filter : filters) filter.created = filter.value == "old" ? 4 : 6;
  return matches(filters, image, name);
}

TEST_CASE("each filter of images chooses by its property") {
  for (const char* text :
       {"dangling=false", "label=tier", "label=tier=front", "label=empty=", "reference=busybox",
        "reference=busy*:1.*", "reference=*", "since=old", "before=new"}) {
    CAPTURE(std::string(text));
    CHECK(chosen({text}, "busybox:1.36"));
  }
  for (const char* text : {"dangling=true", "label=tie", "label=tier=back", "reference=busy",
                           "reference=busybox:2", "reference=", "since=new", "before=old"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(chosen({text}, "busybox:1.36"));
  }
  CHECK(chosen({"dangling=true"}, ""));
  CHECK_FALSE(chosen({"reference=*"}, ""));
  CHECK_FALSE(chosen({"reference=*"}, "a/b:1"));
  CHECK(chosen({"reference=x", "reference=busybox", "label=tier"}, "busybox:1"));
  CHECK_FALSE(chosen({"label=tier", "label=other"}, "busybox:1"));
}

TEST_CASE("an invalid filter of images is refused with its text") {
  ImageFilter filter;
  for (const char* text : {"", "dangling", "name=x", "=x"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parse_value(text, filter), doctest::Contains("is no filter"), Failure);
  }
  CHECK_THROWS_WITH_AS(parse_value("dangling=1", filter), doctest::Contains("neither"), Failure);
}

}  // namespace stepbox
