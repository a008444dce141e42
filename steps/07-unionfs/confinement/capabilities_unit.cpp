// The capability set after --cap-drop and --cap-add.
#include <doctest/doctest.h>

#include "07-unionfs/confinement/capabilities.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

std::vector<Capability> list(std::initializer_list<const char*> names) {
  std::vector<Capability> capabilities;
  for (const char* name : names) parse_value(name, capabilities.emplace_back());
  return capabilities;
}

constexpr CapabilitySet kDocker = 0xa80425fb;  // as /proc/self/status shows it in docker

}  // namespace

TEST_CASE("a capability is named with or without CAP_, in any case") {
  for (const char* text : {"CAP_NET_ADMIN", "NET_ADMIN", "net_admin", "Cap_Net_Admin"}) {
    CAPTURE(std::string(text));
    CHECK(list({text})[0].name == "CAP_NET_ADMIN");
  }
  CHECK(list({"all"})[0].name == "ALL");
}

TEST_CASE("an unknown capability is refused by name") {
  Capability capability;
  for (const char* text : {"", "foo", "CAP_", "CAP_ALL", "net", "5", "cap_5", "net_admin,kill",
                           "net_admin ", "CAP_CAP_KILL"}) {
    CAPTURE(std::string(text));
    const std::string message = "unknown capability '" + std::string(text) + "'";
    CHECK_THROWS_WITH_AS(parse_value(text, capability), doctest::Contains(message.c_str()),
                         Failure);
  }
}

TEST_CASE("the default set is docker's") { CHECK(capabilities_for({}, {}) == kDocker); }

TEST_CASE("capabilities are added and dropped as docker does it") {
  CHECK(capabilities_for(list({"sys_time"}), {}) == (kDocker | CapabilitySet{1} << 25));
  CHECK(capabilities_for({}, list({"chown"})) == (kDocker & ~CapabilitySet{1}));
  CHECK(capabilities_for(list({"chown"}), list({"chown"})) == kDocker);
  CHECK(capabilities_for({}, list({"ALL"})) == 0);
  CHECK(capabilities_for(list({"kill"}), list({"ALL"})) == CapabilitySet{1} << 5);
  CHECK(capabilities_for(list({"ALL"}), list({"chown"})) ==
        (all_capabilities() & ~CapabilitySet{1}));
  CHECK(capabilities_for(list({"ALL"}), list({"ALL"})) == all_capabilities());
}

TEST_CASE("a set is asked by name, and lists its names") {
  CHECK(has_capability(kDocker, "CAP_MKNOD"));
  CHECK_FALSE(has_capability(kDocker, "CAP_SYS_ADMIN"));
  CHECK_FALSE(has_capability(~CapabilitySet{0}, "CAP_OF_TOMORROW"));
  CHECK(names_of(0x21, ",+") == ",+chown,+kill");
  CHECK(names_of(0, ",+") == "");
}

}  // namespace stepbox
