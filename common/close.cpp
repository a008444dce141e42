#include "common/close.hpp"

#include <unistd.h>

#include <algorithm>

namespace stepbox {

void close_all_but(std::vector<int> keep) {
  std::erase(keep, -1);
  std::sort(keep.begin(), keep.end());
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > first) ::close_range(first, kept - 1, 0);
    first = kept + 1;
  }
  ::close_range(first, ~0U, 0);
}

}  // namespace stepbox
