// Parsing, printing and comparison of addresses and subnets.
#include <doctest/doctest.h>
#include <stdlib.h>

#include "06-network/address.hpp"
#include "common/error.hpp"

namespace stepbox {

static Address address_of(const std::string& text) {
  Address address;
  parse_value(text, address);
  return address;
}

static Subnet subnet_of(const std::string& text) {
  Subnet subnet;
  parse_value(text, subnet);
  return subnet;
}

TEST_CASE("adding 1 to an address gives the next one") {
  CHECK(address_of("0.0.0.0").number == 0);
  CHECK(address_of("172.16.0.255").number == 0xAC1000FF);
  CHECK(Address{address_of("172.16.0.255").number + 1}.text() == "172.16.1.0");
  CHECK(address_of("255.255.255.255").text() == "255.255.255.255");
}

TEST_CASE("an invalid address is refused with its text") {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.",
                           "01.2.3.4", "1.2.3.-4", "::1", "host", "1.2.3.4/8"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(address_of(text), doctest::Contains("is no IPv4 address"), Failure);
  }
}

TEST_CASE("a subnet has a network address and a prefix length") {
  const Subnet subnet = subnet_of("172.16.0.0/16");
  CHECK(subnet.network == 0xAC100000);
  CHECK(subnet.prefix == 16);
  CHECK(subnet.size() == 65'536);
  CHECK(subnet.gateway().text() == "172.16.0.1");
  CHECK(subnet.text() == "172.16.0.0/16");
  CHECK(subnet_of("10.0.0.0/8").size() == 1 << 24);
  CHECK(subnet_of("10.0.0.4/30").size() == 4);
}

TEST_CASE("parsing clears the host bits of a subnet") {
  CHECK(subnet_of("10.88.3.77/24").text() == "10.88.3.0/24");
  CHECK(subnet_of("10.88.3.77/26").text() == "10.88.3.64/26");
}

TEST_CASE("an invalid subnet is refused") {
  for (const char* text : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/7",
                           "10.0.0.0/31", "10.0.0.0/-8", "10.0.0.0/16/16", "10.0.0/16", "/16"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(subnet_of(text), Failure);
  }
}

TEST_CASE("subnets overlap when one contains the other") {
  const Subnet ours = subnet_of("172.16.0.0/16");
  for (const char* text : {"172.16.0.0/16", "172.16.0.0/24", "172.16.255.252/30", "172.0.0.0/8"}) {
    CAPTURE(std::string(text));
    CHECK(ours.overlaps(subnet_of(text)));
    CHECK(subnet_of(text).overlaps(ours));
  }
  for (const char* text : {"172.15.0.0/16", "172.17.0.0/16", "10.0.0.0/8", "172.15.255.252/30"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(ours.overlaps(subnet_of(text)));
    CHECK_FALSE(subnet_of(text).overlaps(ours));
  }
}

TEST_CASE("overlaps holds for a single address, and at the end of the address space") {
  const Subnet ours = subnet_of("172.16.0.0/16");
  CHECK(ours.overlaps({address_of("172.16.3.4").number, 32}));
  CHECK(Subnet{address_of("172.16.3.4").number, 32}.overlaps(ours));
  CHECK_FALSE(ours.overlaps({address_of("172.17.0.0").number, 32}));
  const Subnet highest{address_of("255.255.255.0").number, 24};
  CHECK(highest.overlaps({address_of("255.255.255.255").number, 32}));
  CHECK_FALSE(highest.overlaps(ours));
}

TEST_CASE("parse_routes reads /proc/net/route, and leaves out the default route") {
  const std::vector<Subnet> routes = parse_routes(
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth0\t000010AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
      "tun0\t0509000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n");
  REQUIRE(routes.size() == 2);
  CHECK(routes[0].text() == "172.16.0.0/16");
  CHECK(routes[1].text() == "10.0.9.5/32");
}

TEST_CASE("the bridge's subnet is STEPBOX_SUBNET, or 172.16.0.0/16") {
  ::unsetenv("STEPBOX_SUBNET");
  CHECK(bridge_subnet().text() == "172.16.0.0/16");
  ::setenv("STEPBOX_SUBNET", "10.88.0.0/24", 1);
  CHECK(bridge_subnet().text() == "10.88.0.0/24");
  ::setenv("STEPBOX_SUBNET", "", 1);
  CHECK_THROWS_AS(bridge_subnet(), Failure);
  ::unsetenv("STEPBOX_SUBNET");
}

}  // namespace stepbox
