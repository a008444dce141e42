// The claims of step 7 about `run` and `start -a`, whose container has a monitor and a log.
#include <signal.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

using Words = std::vector<std::string>;

std::string verb(Subject& subject, const std::string& name, const Words& words) {
  return subject.run({.command = words, .verb = name}).out;
}

RunSpec spelled_run(const Words& options, const Words& command) {
  return {.options = options, .command = command, .verb = "run"};
}

}  // namespace

CLAIM("run reads stdin with -i only", {.step = 7}) {
  for (const bool kept : {true, false}) {
    stage.expect_orphans();
    const std::string name = random_word();
    for (const bool interactive : {true, false}) {
      Words options = interactive ? Words{"-i"} : Words{};
      if (kept) options.insert(options.end(), {"--name", name});
      RunSpec spec = spelled_run(options, {"/bin/cat"});
      spec.stdin_text = "word";
      const Run run = subject.run(spec);
      CHECK(run.status == 0);
      CHECK(run.out == (interactive ? "word" : ""));
      if (!kept) continue;
      const Run again = subject.run({.options = interactive ? Words{"-a", "-i"} : Words{"-a"},
                                     .command = {name},
                                     .stdin_text = "again",
                                     .verb = "start"});
      CHECK(again.out == (interactive ? "again" : ""));
      verb(subject, "rm", {name});
    }
  }
  const Run bare = subject.run({.command = {"/bin/cat"}, .stdin_text = "word"});
  CHECK(bare.out == "word");
}

}  // namespace stepbox
