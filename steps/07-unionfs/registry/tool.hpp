// Step 7. Programs that do a part of a verb's work: skopeo(1), buildah(1).
#ifndef STEPBOX_STEPS_07_UNIONFS_REGISTRY_TOOL_HPP_
#define STEPBOX_STEPS_07_UNIONFS_REGISTRY_TOOL_HPP_

#include <string>
#include <vector>

namespace stepbox {

// The standard input and output of a program; its stderr is kept, for the reason of a failure.
struct ToolFiles {
  std::string input = {};       // a text; empty: the caller's stdin
  int output = -1;              // a descriptor; -1: run_tool() returns it
  bool shows_errors = false;    // stderr is the caller's, and a failure has no reason
  bool private_mounts = false;  // the program's mounts are gone when it has ended
};

// [parent] Runs a program and waits for its end; meanwhile passes signals on to it. Returns its
// stdout. Throws Failure: it is not installed; it failed, with its reason in plain words; with 128
// + N when signal N ended it.
std::string run_tool(const std::vector<std::string>& words, const ToolFiles& files = {});

// The reason that stderr of skopeo gives: the last clauses of its last message; in plain words if
// it is a usual one.
std::string reason_of(const std::string& errors);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_REGISTRY_TOOL_HPP_
