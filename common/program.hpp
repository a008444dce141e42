// Runs other programs: nft, newuidmap, cp.
#ifndef STEPBOX_COMMON_PROGRAM_HPP_
#define STEPBOX_COMMON_PROGRAM_HPP_

#include <string>
#include <vector>

namespace stepbox {

// The path of a program in PATH, or in /usr/sbin or /sbin, which the PATH of ordinary users may
// lack; empty if there is none. Relative folders are left out: the working directory may be that of
// an image.
std::string find_program(const std::string& name);
inline bool has_program(const std::string& name) { return !find_program(name).empty(); }

// Runs a program with `input` on its stdin, waits until it has ended, and returns its stdout. Kills
// it after `seconds` (0: no limit, for programs whose time depends on the size of files). Throws
// Failure when it is missing, was killed, or fails; then with the first line of its stderr.
std::string run_program(const std::vector<std::string>& command, const std::string& input,
                        int seconds = 60);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROGRAM_HPP_
