// Step 7. The run lock: whether a container runs, and who holds it.
//
// A container runs as long as a process, its holder, has a lock (flock(2)) on the file ID in the
// run directory. The holder is the container's monitor, or `run` itself in the foreground. The
// kernel drops the lock when the holder dies, however it dies; its pid may be reused by then.
//
// Testing a lock means trying it, which could make a concurrent acquirer fail. So a run lock is
// tested and acquired only while a second lock is held: containers.lock (lock_run_locks()).
//
// The file holds lines: the store that the container belongs to, then marks such as "running",
// "ended 3", "removing" (by the holder), "stop", "keep", "shared" (by other verbs) and "recovery".
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_

#include <optional>
#include <string>

#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// The paths of container `id`: its directory, its record, its run lock.
std::string directory_of(const std::string& id);
std::string record_of(const std::string& id);
std::string run_lock_of(const std::string& id);

// containers.lock. Throws Failure if another process holds it for 10 s.
FileLock lock_run_locks();

// Makes this process the holder, as long as it keeps the result. Takes lock_run_locks() for a
// moment. Throws Failure if there is a holder already.
Fd acquire_run_lock(const std::string& id);

// Whether the container has a holder. A verb that recovers it is none: the container has ended.
// Call with lock_run_locks() held.
bool is_run_lock_held(const std::string& id);

// For recovery.cpp: acquires the run lock of a holder that was killed, and marks the file. Returns
// no descriptor if the holder is alive, if another verb recovers the container already, or if it
// belongs to another store. Call both with lock_run_locks() held.
Fd acquire_for_recovery(const std::string& id);
bool is_in_recovery(const std::string& id);

// By the holder: the command runs, other processes may join it; it has ended; it is being removed,
// so that a missing record does not mean that it was never made.
void mark_running(const Fd& run_lock);
void mark_ended(const Fd& run_lock, int status);
void mark_removing(const Fd& run_lock);
bool is_removing(const std::string& id);

// The exit status that the holder wrote; none if it was killed before it could.
std::optional<int> recorded_status(const Fd& run_lock);

// Requests to the holder. They count until the next holder acquires the lock.
// Stop: no restart policy starts the container again.
void request_stop(const std::string& id);
bool is_stop_requested(const std::string& id);

// Keep the container when it ends, in spite of --rm: `restart` starts it again.
void keep_after_end(const std::string& id);
bool is_kept_after_end(const std::string& id);

// Other containers share the network of this one, and may outlive it.
void share_network(const std::string& id);
bool is_network_shared(const std::string& id);

// Wait up to 10 s until the command runs; until the run lock is free, which means that the
// container has ended and all its resources are given back. Throw Failure.
void wait_until_running(const std::string& id);
void wait_until_released(const std::string& id);
bool is_released(const std::string& id);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_
