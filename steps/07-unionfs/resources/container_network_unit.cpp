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
  CHECK_THROWS_AS(parse_value("web", network), Failure);
  parse_value("container:web", network);
  parse_value("host", network);
  CHECK_FALSE(network.is_shared());
  CHECK(network.mode == NetworkMode::kHost);
}

TEST_CASE("a container without a network of its own is given no port and no bridge") {
  ContainerNetworkOptions network;
  parse_value("container:web", network);
  CHECK(network.mode == NetworkMode::kNone);
}

}  // namespace stepbox
