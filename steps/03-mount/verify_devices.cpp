// A claim about the bound device nodes. It is not in verify.cpp: students do not get it.
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("root inside does not change the host's device nodes",
      {.step = 3,
       .points = 2,
       .hint = "a node that is bound read-only can still be written to, but not changed"}) {
  const std::string node = stage.scratch("full");  // the stage's own /dev is read-only
  stage.on_host({"mknod", "-m", "666", node, "c", "1", "7"});
  stage.on_host({"mount", "--bind", node, "/dev/full"});
  const Run run = subject.run(
      {.command = {"/bin/sh", "-c",
                   "chmod 600 /dev/full && echo changed; echo x >/dev/full || echo tried"}});
  CHECK(run.out == "tried\n");
  CHECK_MESSAGE(holds(run.err, "No space left"), "/dev/full should answer: " << run.err);
  stage.on_host({"umount", "/dev/full"});
}

}  // namespace stepbox
