// The options of step 6: ports, modes, names.
#include <doctest/doctest.h>

#include "06-network/firewall.hpp"
#include "common/error.hpp"

namespace stepbox {

static PublishedPort port_of(const std::string& text) {
  std::vector<PublishedPort> ports;
  parse_value(text, ports);
  CHECK(ports.size() == 1);
  return ports.at(0);
}

TEST_CASE("a published port has a host port and a container port") {
  const PublishedPort port = port_of("8080:80");
  CHECK(port.host_address.number == 0);
  CHECK(port.host_port == 8080);
  CHECK(port.container_port == 80);
  CHECK_FALSE(port.udp);
  CHECK(port_of("1:65535").container_port == 65'535);
}

TEST_CASE("a published port may name an address and a protocol") {
  CHECK(port_of("127.0.0.1:8080:80").host_address.text() == "127.0.0.1");
  CHECK(port_of("127.0.0.1:8080:80").host_port == 8080);
  CHECK(port_of("53:53/udp").udp);
  CHECK_FALSE(port_of("53:53/tcp").udp);
  CHECK(port_of("10.0.0.1:53:53/udp").udp);
}

TEST_CASE("a range publishes each of its ports") {
  std::vector<PublishedPort> ports;
  parse_value("127.0.0.1:8000-8002:80-82/udp", ports);
  parse_value("9000:90", ports);
  REQUIRE(ports.size() == 4);
  CHECK(ports[2].host_port == 8002);
  CHECK(ports[2].container_port == 82);
  CHECK(ports[2].udp);
  CHECK(ports[2].host_address.text() == "127.0.0.1");
  CHECK(ports[3].host_port == 9000);
  CHECK_FALSE(ports[3].udp);
}

TEST_CASE("without a host port bind_port finds a free one") {
  for (const char* text : {"80", ":80", "0.0.0.0::80"}) {
    CAPTURE(std::string(text));
    PublishedPort port = port_of(text);
    CHECK(port.any_host_port);
    CHECK(port.container_port == 80);
    const Fd taken = bind_port(port);
    CHECK(port.host_port >= 1024);
  }
  CHECK_FALSE(port_of("8080:80").any_host_port);
  CHECK(port_of("127.0.0.1::80/udp").host_address.text() == "127.0.0.1");
}

TEST_CASE("an invalid published port is refused") {
  for (const char* text : {"",
                           ":",
                           "80:",
                           "0:80",
                           "80:0",
                           "65536:80",
                           "80:65536",
                           "-1:80",
                           "+80:80",
                           "80: 80",
                           "80:80/",
                           "80:80/sctp",
                           "80:80/UDP",
                           "80:80/udp/tcp",
                           "80/udp:80",
                           "1:2:3",
                           "host:80:80",
                           "1.2.3.4:80",
                           "1.2.3.4:80:80:80",
                           "80:80:",
                           "80-81:80",
                           "80:80-81",
                           "81-80:81-80",
                           "80-:80-",
                           "80-81-82:80-81-82",
                           "65535-65536:1-2"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(port_of(text), Failure);
  }
}

TEST_CASE("published ports become elements of nft maps") {
  const Address container{0xAC100002};
  CHECK(as_nft_elements({}, container).empty());
  CHECK(as_nft_elements({port_of("8080:80"), port_of("127.0.0.1:53:54/udp")}, container) ==
        "element ip stepbox published { tcp . 8080 : 172.16.0.2 . 80 }\n"
        "element ip stepbox published_on { 127.0.0.1 . udp . 53 : 172.16.0.2 . 54 }\n");
}

TEST_CASE("--network takes bridge, none and host") {
  NetworkMode mode = NetworkMode::kBridge;
  parse_value("none", mode);
  CHECK(mode == NetworkMode::kNone);
  parse_value("host", mode);
  CHECK(mode == NetworkMode::kHost);
  parse_value("bridge", mode);
  CHECK(mode == NetworkMode::kBridge);
  for (const char* text : {"", "Bridge", "none ", "default"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parse_value(text, mode), doctest::Contains("no network is called '"),
                         Failure);
  }
}

TEST_CASE("a host entry has a name and an address") {
  HostEntry entry;
  parse_value("db.example:172.16.0.9", entry);
  CHECK(entry.name == "db.example");
  CHECK(entry.address.text() == "172.16.0.9");
  parse_value("db=172.16.0.10", entry);
  CHECK(entry.address.text() == "172.16.0.10");
  parse_value("host.docker.internal:host-gateway", entry);
  CHECK(entry.name == "host.docker.internal");
  CHECK(entry.address.number == bridge_subnet().gateway().number);
  for (const char* text : {"", ":", "db", "db:", ":172.16.0.9", "db:host", "db:1.2.3",
                           "d b:1.2.3.4", "d\tb:1.2.3.4", "db\n:1.2.3.4", "db:1.2.3.4:5"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parse_value(text, entry), Failure);
  }
}

}  // namespace stepbox
