// Does a broken order of locks end the process, before two of them wait for each other?
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/lock_order.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

// The status of a process that takes two locks, one after the other.
int status_of_taking(LockRank first, LockRank second, Lock lock = Lock::kAlone) {
  const ScratchDirectory scratch;
  return run_forked([&] {
    ::signal(SIGABRT, SIG_DFL);  // not the handler of doctest, which reports a crash
    ::close(STDERR_FILENO);
    const FileLock outer = lock_file(scratch.file("first"), first, lock);
    const FileLock inner = lock_file(scratch.file("second"), second, lock);
    return 0;
  });
}

}  // namespace

TEST_CASE("locks are taken in the order of their ranks") {
  CHECK(status_of_taking(LockRank::kRecord, LockRank::kContainers) == 0);
  CHECK(status_of_taking(LockRank::kStaging, LockRank::kSeccomp) == 0);
}

TEST_CASE("a lock that is taken against the order aborts the process") {
  CHECK(status_of_taking(LockRank::kContainers, LockRank::kRecord) == 128 + SIGABRT);
  CHECK(status_of_taking(LockRank::kRecord, LockRank::kRecord) == 128 + SIGABRT);
}

TEST_CASE("a shared lock may be taken twice") {
  CHECK(status_of_taking(LockRank::kStaging, LockRank::kStaging, Lock::kShared) == 0);
}

TEST_CASE("a lock that was released, or moved away, counts no more") {
  const ScratchDirectory scratch;
  FileLock first = lock_file(scratch.file("first"), LockRank::kContainers);
  FileLock moved = std::move(first);
  first.release();
  CHECK(moved);
  moved.release();
  CHECK_FALSE(moved);
  CHECK(lock_file(scratch.file("second"), LockRank::kRecord));
}

}  // namespace stepbox
