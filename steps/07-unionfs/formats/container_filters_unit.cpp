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
  record.created = 5;
  record.options.volumes.emplace_back();
  record.options.volumes[0].source = "/srv";
  record.options.volumes[0].destination = "/data";
  record.options.network.mode = NetworkMode::kNone;
  parse_value("8080:80", record.options.network.ports);
  parse_value("53/udp", record.options.network.exposed);
  record.image.config.exposed_ports = {"443/tcp"};
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
  for (const char* text : {"status=exited",
                           "exited=3",
                           "name=web",
                           "name=^web-1$",
                           "name=^/web",
                           "id=^3f2",
                           "volume=/srv",
                           "volume=/data",
                           "network=none",
                           "publish=8080",
                           "publish=8079-8081/tcp",
                           "expose=53/udp",
                           "expose=443",
                           "expose=80",
                           "health=none",
                           "label=tier",
                           "label=tier=front",
                           "label=empty",
                           "label=empty=",
                           "ancestor=nginx",
                           "ancestor=nginx:latest",
                           "ancestor=ab12",
                           "ancestor=sha256:ab"}) {
    CAPTURE(std::string(text));
    CHECK(chosen({text}));
  }
  for (const char* text : {"status=running", "status=created",   "exited=0",
                           "name=db",        "volume=/",         "network=bridge",
                           "publish=80",     "publish=8080/udp", "publish=53/udp",
                           "expose=53",      "health=healthy",   "name=^eb",
                           "id=^f2",         "label=t",          "label=tier=back",
                           "label=tier=",    "label=",           "ancestor=ngin",
                           "ancestor=",      "ancestor=sha256:", "ancestor=b1"}) {
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

TEST_CASE("before and since compare the time of creation") {
  CHECK(matches({Filter{"before", "x", 6}}, example()));
  CHECK_FALSE(matches({Filter{"before", "x", 5}}, example()));
  CHECK(matches({Filter{"since", "x", 4}}, example()));
  CHECK_FALSE(matches({Filter{"since", "x", 5}}, example()));
}

TEST_CASE("an invalid filter is refused with its text") {
  Filter filter;
  for (const char* text : {"", "=", "name", "colour=red", "Status=exited"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parse_value(text, filter), doctest::Contains("is no filter"), Failure);
  }
  CHECK_THROWS_WITH_AS(parse_value("status=tired", filter), doctest::Contains("'tired'"), Failure);
  CHECK_THROWS_WITH_AS(parse_value("health=ill", filter), doctest::Contains("'ill'"), Failure);
  CHECK_THROWS_WITH_AS(parse_value("publish=http", filter), doctest::Contains("ports go"), Failure);
  CHECK_THROWS_WITH_AS(parse_value("exited=", filter), doctest::Contains("no exit status"),
                       Failure);
  CHECK_THROWS_WITH_AS(parse_value("name=(", filter), doctest::Contains("no regular"), Failure);
}

}  // namespace stepbox
