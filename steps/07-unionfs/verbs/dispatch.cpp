#include <algorithm>
#include <string_view>

#include "01-clone/signals.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

namespace {

struct Verb {
  std::string_view name;
  int (*call)(int argc, char** argv, Runner runner);
};

constexpr Verb kVerbs[] = {{"run", verb_run}, {"start", verb_start}, {"exec", verb_exec},
                           {"ps", verb_ps},   {"diff", verb_diff},   {"export", verb_export},
                           {"rm", verb_rm}};

// Options of all verbs may stand before the verb, as docker's do: how many words the next one
// takes.
int take_global_option(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "--explain") return set_explaining(true), 1;
  if (word.starts_with("--root=")) return set_store(argv[1] + 7), 1;
  if (word == "--root" && argc > 2) return set_store(argv[2]), 2;
  return 0;
}

}  // namespace

int dispatch(int argc, char** argv, Runner runner) {
  hold_signals();
  while (const int words = take_global_option(argc, argv)) {
    argc -= words;
    argv += words;
  }
  const std::string_view word = argc > 1 ? argv[1] : "";
  const Verb* verb = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& candidate) { return candidate.name == word; });
  if (verb == std::end(kVerbs)) return verb_run(argc, argv, runner);
  return verb->call(argc - 1, argv + 1, runner);
}

}  // namespace stepbox
