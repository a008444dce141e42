#include "common/lock_order.hpp"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace stepbox {

// How many locks of each rank this thread holds.
static thread_local int held[static_cast<int>(LockRank::kSeccomp) + 1];

FileLock::FileLock(LockRank rank, Lock lock) : rank_(static_cast<int>(rank)) {
  const int first_forbidden = rank_ + (lock == Lock::kShared ? 1 : 0);
  for (int later = first_forbidden; later < static_cast<int>(std::size(held)); ++later) {
    if (held[later] == 0) continue;
    std::fprintf(stderr, "stepbox: lock order broken: rank %d while rank %d is held\n", rank_,
                 later);
    std::abort();
  }
  ++held[rank_];
}

FileLock::FileLock(FileLock&& other) noexcept
    : rank_(std::exchange(other.rank_, -1)), file_(std::move(other.file_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(rank_, other.rank_);
  file_ = std::move(other.file_);  // swaps, too
  return *this;
}

void FileLock::release() {
  file_.close();
  if (rank_ != -1) --held[std::exchange(rank_, -1)];
}

}  // namespace stepbox
