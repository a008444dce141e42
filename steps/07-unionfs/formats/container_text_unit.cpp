// The text of a container's properties, as docker prints them.
#include <doctest/doctest.h>

#include "07-unionfs/formats/container_text.hpp"

namespace stepbox {
namespace {

// Started a minute after it was made, five minutes ago.
Record running() {
  Record record;
  record.created = 1'000;
  record.started = 1'060 * kNanoseconds;
  record.running = true;
  record.options.network.ports = {{{0}, 8080, 80, false}, {{0x7F000001}, 53, 53, true}};
  return record;
}
constexpr int64_t kNow = 1'060 + 5 * 60;

}  // namespace

TEST_CASE("a status has its duration") {
  Record record = running();
  CHECK(status_text(record, kNow) == "Up 5 minutes");
  record.paused = true;
  CHECK(status_text(record, kNow) == "Up 5 minutes (Paused)");
  CHECK(is_alive(record));
  record = running();
  record.running = false;
  record.status = 137;
  record.ended = (kNow - 3) * kNanoseconds;
  CHECK(status_text(record, kNow) == "Exited (137) 3 seconds ago");
  CHECK_FALSE(is_alive(record));
  record.restarting = true;
  CHECK(status_text(record, kNow) == "Restarting (137) 3 seconds ago");
  CHECK(is_alive(record));
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
  record.running = true;
  record.options.network.ports = {
      {{0}, 80, 80, false}, {{0}, 81, 81, false}, {{0}, 82, 82, true}, {{0}, 9083, 83, true}};
  CHECK(ports_text(record) == "0.0.0.0:80-81->80-81/tcp, 0.0.0.0:82->82/udp, 0.0.0.0:9083->83/udp");
}

TEST_CASE("a container's address is its own, not the loopback's, and not its network's") {
  const std::string loopback =
      "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.0\n        /8 host LOCAL\n"
      "     |-- 127.0.0.1\n        /32 host LOCAL\n";
  CHECK(own_address(loopback) == "");
  CHECK(own_address(loopback + "     |-- 172.16.0.0\n        /16 link UNICAST\n"
                               "     |-- 172.16.0.2\n        /32 host LOCAL\n"
                               "     |-- 172.16.255.255\n        /32 link BROADCAST\n") ==
        "172.16.0.2");
  CHECK(own_address("") == "");
  CHECK(own_address("/32 host LOCAL") == "");
}

TEST_CASE("labels and volumes are printed in one line") {
  Record record;
  CHECK(labels_text(record) == "");
  CHECK(mounts_text(record) == "");
  record.options.process.labels.values = {{"a", "1"}, {"b", ""}};
  record.options.volumes = {{{"/a", "/x", false}}, {{"/b", "/y", true}, "data"}};
  CHECK(labels_text(record) == "a=1,b=");
  CHECK(mounts_text(record) == "/a,data");
  CHECK(network_text(record) == "bridge");
}

}  // namespace stepbox
