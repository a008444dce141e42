// --explain: each kernel operation is printed on stderr, immediately before it is performed, as a
// shell command:
//
//   host# unshare --fork --pid --mount …          an operation of the parent, on the host
//   box# mount -t proc stepbox /srv/busybox/proc  an operation of the child
//
// It prints the operations that isolate a container, but no locks, records or directories of
// stepbox.
#ifndef STEPBOX_COMMON_EXPLAIN_HPP_
#define STEPBOX_COMMON_EXPLAIN_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

void set_explaining(bool on);
bool explaining();

// [child] Called first: the lines of this process begin with `box# `.
void explain_as_box();

// Prints one line, if --explain was given.
void explain(Words words);

// The word as it is typed in a shell, in quotes if it needs them. No string_view: the call would be
// ambiguous with std::quoted().
std::string quoted(const std::string& word);
std::string quoted(const std::vector<std::string>& words);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_EXPLAIN_HPP_
