#include <algorithm>
#include <string_view>

#include "01-clone/signals.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

struct Verb {
  std::string_view name;
  int (*call)(int argc, char** argv, Runner runner);
};

constexpr Verb kVerbs[] = {{"run", verb_run},
                           {"start", verb_start},
                           {"exec", verb_exec},
                           {"ps", verb_ps},
                           {"rm", verb_rm}};

}  // namespace

int dispatch(int argc, char** argv, Runner runner) {
  hold_signals();
  if (argc > 2 && std::string_view(argv[1]) == "--root") {  // as docker's: before the verb
    set_store(argv[2]);
    argc -= 2;
    argv += 2;
  }
  const std::string_view word = argc > 1 ? argv[1] : "";
  const Verb* verb = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& candidate) { return candidate.name == word; });
  if (verb == std::end(kVerbs)) return verb_run(argc, argv, runner);
  return verb->call(argc - 1, argv + 1, runner);
}

}  // namespace stepbox
