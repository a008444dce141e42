// What a process that stays must not hold of its parent's: locks, pipes.
#ifndef STEPBOX_COMMON_CLOSE_HPP_
#define STEPBOX_COMMON_CLOSE_HPP_

#include <vector>

namespace stepbox {

// Closes all files but stdin, stdout, stderr and these; -1 is none.
void close_all_but(std::vector<int> keep);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_CLOSE_HPP_
