// --explain: every kernel operation says itself, just before it is done, as the shell command
// a reader could have typed. On stderr:
//
//   host# unshare --fork --pid --mount …      what the parent does, on the host
//   box# mount -t proc stepbox /srv/busybox/proc  what the child does, inside
//
// What isolates is said; the bookkeeping around it (locks, records, folders of ours) is not.
#ifndef STEPBOX_COMMON_EXPLAIN_HPP_
#define STEPBOX_COMMON_EXPLAIN_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace stepbox {

void set_explaining(bool on);
bool explaining();

// From here on, in this process, lines begin with `box# `. The child calls it first.
void explain_as_box();

// Prints one line; nothing without --explain.
void explain(Words words);

// As a shell would need the word to be typed: a path with a blank gets its quotes.
std::string quoted(const std::string& word);  // no string_view: std::quoted() would fit as well
std::string quoted(const std::vector<std::string>& words);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_EXPLAIN_HPP_
