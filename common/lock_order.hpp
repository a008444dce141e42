// The locks that a process waits for, and the order in which it takes them.
#ifndef STEPBOX_COMMON_LOCK_ORDER_HPP_
#define STEPBOX_COMMON_LOCK_ORDER_HPP_

#include "common/fd.hpp"

namespace stepbox {

// From the first to the last. A process that holds one of them waits for later ones only, so there
// is no deadlock.
//
//   rank         file                       held while
//   kOci         <root>/ID/lock             stepbox-oci works on the container
//   kStaging     <store>/staging.lock       images are added or removed (shared)
//   kImages      <store>/images.lock        images/ and tags/ change
//   kVolumes     <store>/volumes.lock       volumes are made, filled or removed
//   kRecord      <store>/containers/ID      record.json of that container changes
//   kContainers  <run>/containers.lock      run locks are taken or tested (run_lock.hpp)
//   kNetwork     /run/stepbox/network.lock  bridges, leases, ports and hosts files change
//   kSeccomp     <run>/seccomp.lock         a compiled filter is written
//
// The other locks are only ever tried (try_lock()), so they have no place in the order: the run
// lock of a container, an image or a volume in use, a lease, a cgroup, the root directory of
// step 4.
enum class LockRank { kOci, kStaging, kImages, kVolumes, kRecord, kContainers, kNetwork, kSeccomp };

// An exclusive lock, or one that several processes hold together (flock(2), LOCK_SH).
enum class Lock { kAlone, kShared };

// A lock, held until release() or the destructor; or only a rank, which is taken before the wait.
class FileLock {
 public:
  FileLock() = default;

  // Takes the rank, before the process waits for the lock. Aborts the process (SIGABRT) if the
  // thread holds a lock of a later rank, or of this rank, unless both are shared.
  explicit FileLock(LockRank rank, Lock lock = Lock::kAlone);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock() { release(); }

  void take(Fd locked) { file_ = std::move(locked); }  // after the wait
  void release();
  explicit operator bool() const { return static_cast<bool>(file_); }

 private:
  int rank_ = -1;  // -1: no rank
  Fd file_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_LOCK_ORDER_HPP_
