// Descriptors that a process which outlives its parent must not inherit: locks, pipes.
#ifndef STEPBOX_COMMON_CLOSE_HPP_
#define STEPBOX_COMMON_CLOSE_HPP_

#include <vector>

namespace stepbox {

// Closes all descriptors but stdin, stdout, stderr and `keep`, whose -1s are ignored.
void close_all_but(std::vector<int> keep);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_CLOSE_HPP_
