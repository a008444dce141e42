// Step 7. Who holds a container now.
//
// A container runs as long as somebody, its holder, has a lock on its file in the run directory.
// The kernel drops the lock when the holder dies, however it does; a pid may be anybody's by then.
// To ask whether a lock is held is to try it. So that nobody takes the one who asks for the holder,
// all asking and taking is done under one more lock.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_

#include <optional>
#include <string>

#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// Where things of container `id` are: its directory, its record, its holder's file.
std::string directory_of(const std::string& id);
std::string record_of(const std::string& id);
std::string holder_of(const std::string& id);

// The one more lock. Throws Failure when it cannot be had within 10 s.
FileLock lock_holders();

// Makes the caller the holder, as long as it keeps the result. Takes lock_holders() for a moment.
// Throws Failure when somebody else is.
Fd hold(const std::string& id);

// Whether somebody runs it; a recovery (recovery.cpp) of one whose holder was killed does not.
// With lock_holders() held.
bool is_held(const std::string& id);

// For a verb that recovers the container: locks the file of a holder that was killed, and marks it
// so. -1: the holder is alive, or another verb recovers the container already.
// With lock_holders() held.
Fd hold_for_recovery(const std::string& id);
bool is_in_recovery(const std::string& id);

// By the holder: the command runs, others may join it; it has ended.
void mark_running(const Fd& holder);
void mark_ended(const Fd& holder, int status);

// The exit status that the holder has noted in its file; none if it was killed before.
std::optional<int> status_in(const Fd& holder);

// Tells the holder that the user wants the container stopped: no restart policy starts it again.
// Holds as long as this holder does.
void want_stop(const std::string& id);
bool is_stop_wanted(const std::string& id);

// Tells the holder that the container is to stay when it ends, --rm or not: it starts again soon.
void keep(const std::string& id);
bool is_kept(const std::string& id);

// Tells the holder that others are in the container's network, and will be when it ends.
void share_network(const std::string& id);
bool is_network_shared(const std::string& id);

// Wait up to 10 s until the command runs, or until the file's lock is free: the container has
// ended, and all that it had is given back. Throw Failure.
void wait_until_running(const std::string& id);
void wait_until_ended(const std::string& id);
bool is_given_back(const std::string& id);  // by now

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RUN_LOCK_HPP_
