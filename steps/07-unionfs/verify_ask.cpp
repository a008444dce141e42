// The claims of step 7 about what it tells: help, lists, and single containers.
#include <signal.h>

#include "common/testing/claim.hpp"
#include "common/testing/stage.hpp"
#include "common/testing/subject.hpp"

namespace stepbox {

// --- help ---------------------------------------------------------------------------------

CLAIM("--help lists the verbs and each verb has a --help of its own", {.step = 7}) {
  const Run help = subject.run({.verb = "--help"});
  CHECK(help.status == 0);
  for (const char* verb : {"exec", "ps", "rm", "run", "start"}) {
    CHECK(holds(help.out, std::string("\n  ") + verb + " "));
    const Run own = subject.run({.options = {"--help"}, .verb = verb});
    CHECK(own.status == 0);
    CHECK(holds(own.out, std::string("Usage: step7 ") + verb + " "));
  }
}

CLAIM("a misspelled verb is refused with the one that was meant", {.step = 7}) {
  const Run run = subject.run({.command = {"box"}, .verb = "strat", .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "did you mean start?"));
}

CLAIM("a verb that fails has status 1 and one that is misused has 125", {.step = 7}) {
  CHECK(subject.run({.command = {"nobody"}, .verb = "start"}).status == 1);
  CHECK(subject.run({.options = {"--bogus"}, .verb = "ps", .may_refuse = true}).status == 125);
  CHECK(subject.run({.command = {"word"}, .verb = "ps", .may_refuse = true}).status == 125);
}

}  // namespace stepbox
