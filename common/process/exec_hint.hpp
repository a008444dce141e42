// Why execve(2) may have failed.
#ifndef STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_
#define STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_

#include <string>

namespace stepbox {

// The hint for `error` of execvp(3) with this name: of a missing interpreter, or of a setuid
// program that another user may not execute. Empty if there is none.
std::string hint_of_exec(const std::string& name, int error);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_
