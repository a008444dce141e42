// The table of verbs.
#include <stdio.h>
#include <string.h>

#include "common/testing/probe/probe.hpp"

namespace stepbox {
namespace {

struct Verb {
  const char* name;
  int (*run)(int count, char** words);
};

constexpr Verb kVerbs[] = {
    {"wait", wait_for_signal},
    {"catch", catch_signal},
    {"window", show_window},
    {"files", count_files},
    {"words", show_words},
    {"queue", look_for_queue},
    {"without-clone3", hide_clone3},
    {"pty", open_pty},
    {"orphan", make_orphan},
    {"kill-at-birth", kill_at_birth},
    {"memory", eat_memory},
    {"spin", eat_cpu},
    {"forks", eat_processes},
    {"vforks", start_by_vfork},
    {"serve", serve},
    {"ask", ask},
    {"ping", ping},
    {"attack", attack},
};

}  // namespace
}  // namespace stepbox

int main(int argc, char** argv) {
  ::setvbuf(stdout, nullptr, _IOLBF, 0);  // claims wait for a line of output
  for (const stepbox::Verb& verb : stepbox::kVerbs) {
    if (argc > 1 && ::strcmp(argv[1], verb.name) == 0) return verb.run(argc - 2, argv + 2);
  }
  ::fprintf(stderr, "probe: no such verb\n");
  return 2;
}
