// --explain: every kernel operation is printed just before it is done, as the shell command that a
// reader could have typed. On stderr:
//
//   host# unshare --fork --pid --mount …          an operation of the parent, on the host
//   box# mount -t proc stepbox /srv/busybox/proc  an operation of the child
//
// Printed is what isolates; locks, records and directories of stepbox are not.
#ifndef STEPBOX_COMMON_EXPLAIN_HPP_
#define STEPBOX_COMMON_EXPLAIN_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

void set_explaining(bool on);
bool explaining();

// [child] First: lines of this process begin with `box# ` from here on.
void explain_as_box();

// Prints one line, if --explain was given.
void explain(Words words);

// The word as it has to be typed in a shell: with quotes if it needs them. Not a string_view:
// std::quoted() would match the call, too.
std::string quoted(const std::string& word);
std::string quoted(const std::vector<std::string>& words);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_EXPLAIN_HPP_
