// Other programs, started and waited for: nft, newuidmap, cp.
#ifndef STEPBOX_COMMON_PROGRAM_HPP_
#define STEPBOX_COMMON_PROGRAM_HPP_

#include <string>
#include <vector>

namespace stepbox {

// The file of a program in PATH, or in /usr/sbin or /sbin, which an ordinary user's PATH leaves
// out; empty if there is none.
std::string find_program(const std::string& name);
inline bool has_program(const std::string& name) { return !find_program(name).empty(); }

// Runs a program with `input` on its stdin, and waits for its end.
// Returns its stdout. Throws Failure when it is missing, or fails: with its stderr.
std::string run_program(const std::vector<std::string>& command, const std::string& input);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROGRAM_HPP_
