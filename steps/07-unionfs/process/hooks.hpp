// Step 7. Programs that an engine wants to be run at points of a container's life.
// (runtime-spec, config.md, "POSIX-platform Hooks")
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_HOOKS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_HOOKS_HPP_

#include <string>
#include <vector>

namespace stepbox {

struct Hook {
  std::string path;               // absolute
  std::vector<std::string> args;  // args[0] is the name; empty: the path
  std::vector<std::string> env;
  int timeout = 0;  // seconds; 0: none
};

// Runs the hooks one after the other, each with `state` on its stdin and with its own environment
// only. Throws Failure for the first one that fails, or is not done within its timeout: then its
// process group is killed.
void run_hooks(const std::vector<Hook>& hooks, const std::string& state);

// The same, but a hook that fails is a warning, and the next one runs.
void try_hooks(const std::vector<Hook>& hooks, const std::string& state);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_HOOKS_HPP_
