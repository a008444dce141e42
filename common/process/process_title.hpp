// What ps(1) shows of a process.
#ifndef STEPBOX_COMMON_PROCESS_PROCESS_TITLE_HPP_
#define STEPBOX_COMMON_PROCESS_PROCESS_TITLE_HPP_

#include <string_view>

namespace stepbox {

// Replaces the command line of this process by `title`, and clears the environment that it was
// started with: /proc/PID/cmdline and environ no longer show them. argv and environ are invalid
// afterwards. Does nothing if /proc/self/stat cannot be read, or if the title is longer.
void replace_command_line(std::string_view title);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROCESS_PROCESS_TITLE_HPP_
