// The filters of `ps -f`.
#include <doctest/doctest.h>

#include "07-unionfs/formats/container_filters.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

Record example() {
  Record record;
  record.id = "3f2a91cc" + std::string(56, '0');
  record.name = "web-1";
  record.image.id = "ab12" + std::string(60, '0');
  record.image.name = "nginx:latest";
  record.options.process.labels.values = {{"tier", "front"}, {"empty", ""}};
  record.options.image = "nginx";
  record.started = 1;
  record.status = 3;
  return record;
}

bool chosen(const std::vector<std::string>& texts) {
  std::vector<Filter> filters;
  for (const std::string& text : texts) parse_value(text, filters.emplace_back());
  return matches(filters, example());
}

}  // namespace

TEST_CASE("without a filter all are chosen") { CHECK(chosen({})); }

TEST_CASE("each key filters by its property") {
  for (const char* text :
       {"status=exited", "exited=3", "name=web", "name=^web-1$", "name=^/web", "id=^3f2",
        "label=tier", "label=tier=front", "label=empty", "label=empty=", "ancestor=nginx",
        "ancestor=nginx:latest", "ancestor=ab12", "ancestor=sha256:ab"}) {
    CAPTURE(std::string(text));
    CHECK(chosen({text}));
  }
  for (const char* text : {"status=running", "status=created", "exited=0", "name=db", "name=^eb",
                           "id=^f2", "label=t", "label=tier=back", "label=tier=", "label=",
                           "ancestor=ngin", "ancestor=", "ancestor=sha256:", "ancestor=b1"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(chosen({text}));
  }
}

TEST_CASE("of one key any may match, of labels and of different keys all must") {
  CHECK(chosen({"status=running", "status=exited"}));
  CHECK(chosen({"name=nobody", "name=web", "status=exited"}));
  CHECK_FALSE(chosen({"name=web", "status=running"}));
  CHECK(chosen({"label=tier", "label=empty"}));
  CHECK_FALSE(chosen({"label=tier", "label=other"}));
}

TEST_CASE("an invalid filter is refused with its text") {
  Filter filter;
  for (const char* text : {"", "=", "name", "colour=red", "Status=exited"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parse_value(text, filter), doctest::Contains("is no filter"), Failure);
  }
  CHECK_THROWS_WITH_AS(parse_value("status=tired", filter), doctest::Contains("'tired'"), Failure);
  CHECK_THROWS_WITH_AS(parse_value("exited=", filter), doctest::Contains("no exit status"),
                       Failure);
  CHECK_THROWS_WITH_AS(parse_value("name=(", filter), doctest::Contains("no regular"), Failure);
}

}  // namespace stepbox
