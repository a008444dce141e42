// The claims of step 6 about intruders: what root inside tries on the network.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("the host speaks no IPv6 on the bridge",
      {.step = 6, .hint = "disable_ipv6: it would take any container for its router"}) {
  const std::string settings = "/proc/sys/net/ipv6/conf/";
  if (!exists(settings)) skip("this kernel has no IPv6");
  CHECK(subject.run({.command = {"/bin/true"}}).status == 0);
  const std::string bridge = settings + "stepbox0/disable_ipv6";
  REQUIRE_MESSAGE(exists(bridge), "no bridge stepbox0");
  CHECK(read_file(bridge) == "1\n");
}

}  // namespace stepbox
