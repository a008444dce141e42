// The file that execve(2) gets, and why it may have failed.
#ifndef STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_
#define STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_

#include <string>

namespace stepbox {

// Whether a file may be executed; errno says why not.
bool is_executable(const std::string& path);

// The file that execvp(3) executes for `name`: with a slash it is a path, any other is looked up in
// PATH, without PATH in /bin and /usr/bin; a file that may not be executed counts if there is no
// other. Empty if there is none at all. For execve(2): execvp(3) gives a file in a format that the
// kernel does not know to /bin/sh, so an empty file would be a success.
std::string search_path(const std::string& name);

// The hint for `error` of execve(2) with this file: a missing interpreter, an unknown format with
// the program's machine and this one, a setuid program that another user may not execute. Empty if
// there is none.
std::string hint_of_exec(const std::string& path, int error);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROCESS_EXEC_HINT_HPP_
