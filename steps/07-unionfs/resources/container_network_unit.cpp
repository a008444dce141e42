// Parsing --network container:NAME.
#include <doctest/doctest.h>

#include "07-unionfs/resources/container_network.hpp"
#include "common/error.hpp"

namespace stepbox {

TEST_CASE("--network container:NAME is another container's network, and the last one counts") {
  ContainerNetworkOptions network;
  parse_value("container:web", network);
  CHECK(network.is_shared());
  CHECK(network.container == "web");
  CHECK_THROWS_AS(parse_value("container:", network), Failure);
  CHECK_THROWS_AS(parse_value("we/b", network), Failure);
  parse_value("container:web", network);
  parse_value("host", network);
  CHECK_FALSE(network.is_shared());
  CHECK(network.mode == NetworkMode::kHost);
}

TEST_CASE("the options of one network are the first one's") {
  ContainerNetworkOptions network;
  parse_value("shop", network);
  parse_value("name=back,alias=b,ip=10.0.0.9,mac-address=02:42:0A:00:00:09", network);
  network.first.aliases = {{"web"}};
  join_first(network);
  CHECK(network.named);
  REQUIRE(network.networks.size() == 2);
  CHECK(network.networks[0].network == "shop");
  CHECK(network.networks[0].aliases.at(0).name == "web");
  CHECK(network.networks[1].aliases.at(0).name == "b");
  CHECK(network.networks[1].address.text() == "10.0.0.9");
  CHECK(network.networks[1].mac.text == "02:42:0a:00:00:09");
}

TEST_CASE("a network with a name excludes one without, in either order") {
  for (const auto& [one, other] : {std::pair("shop", "host"), std::pair("none", "shop")}) {
    ContainerNetworkOptions network;
    parse_value(one, network);
    parse_value(other, network);
    CHECK_THROWS_AS(join_first(network), Failure);
  }
}

TEST_CASE("on the default bridge there are links, but no aliases") {
  ContainerNetworkOptions network;
  network.mode = NetworkMode::kBridge;
  join_first(network);
  CHECK_FALSE(network.named);
  network.first.links = {{"db", "store"}};
  join_first(network);
  CHECK(network.networks.at(0).network == "bridge");
  ContainerNetworkOptions other;
  other.first.aliases = {{"web"}};
  CHECK_THROWS_AS(join_first(other), Failure);
}

TEST_CASE("a container without a network of its own is given no port and no bridge") {
  ContainerNetworkOptions network;
  parse_value("container:web", network);
  CHECK(network.mode == NetworkMode::kNone);
}

}  // namespace stepbox
