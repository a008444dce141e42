// Is a container described as docker does?
#include <doctest/doctest.h>

#include "07-unionfs/describe.hpp"

namespace stepbox {
namespace {

// Started a minute after it was made, five minutes ago.
Record running() {
  Record record;
  record.created = 1'000;
  record.started = 1'060;
  record.running = true;
  record.options.network.ports = {{{0}, 8080, 80, false}, {{0x7F000001}, 53, 53, true}};
  return record;
}
constexpr int64_t kNow = 1'060 + 5 * 60;

}  // namespace

TEST_CASE("a status says since when") {
  Record record = running();
  CHECK(status_text(record, kNow) == "Up 5 minutes");
  record.paused = true;
  CHECK(status_text(record, kNow) == "Up 5 minutes (Paused)");
  CHECK(is_alive(record));
  record = running();
  record.running = false;
  record.status = 137;
  record.ended = kNow - 3;
  CHECK(status_text(record, kNow) == "Exited (137) 3 seconds ago");
  CHECK_FALSE(is_alive(record));
}

TEST_CASE("a container that was never started is created, whatever else its record says") {
  Record record;
  record.status = 3;
  CHECK(status_text(record, kNow) == "Created");
  CHECK_FALSE(is_alive(record));
}

TEST_CASE("ports lead to a container that runs, and to no other") {
  Record record = running();
  CHECK(ports_text(record) == "0.0.0.0:8080->80/tcp, 127.0.0.1:53->53/udp");
  record.running = false;
  CHECK(ports_text(record) == "");
  CHECK(ports_text(Record()) == "");
}

TEST_CASE("labels and volumes are told in one line") {
  Record record;
  CHECK(labels_text(record) == "");
  CHECK(mounts_text(record) == "");
  record.image.config.labels = {{"a", "1"}, {"b", ""}};
  record.options.volumes = {{"/a", "/x", false}, {"/b", "/y", true}};
  CHECK(labels_text(record) == "a=1,b=");
  CHECK(mounts_text(record) == "/a,/b");
  CHECK(network_text(record) == "bridge");
}

}  // namespace stepbox
