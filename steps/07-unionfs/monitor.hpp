// Step 7. The monitor: the process that stays with a container when its caller goes.
//
// It holds the container (holders.hpp), waits for its end, records it, cleans up, and starts it
// again if --restart says so. At rest it needs less than 1 MB.
#ifndef STEPBOX_STEPS_07_UNIONFS_MONITOR_HPP_
#define STEPBOX_STEPS_07_UNIONFS_MONITOR_HPP_

#include "07-unionfs/containers.hpp"

namespace stepbox {

// main.cpp's run(): from a container that is held to the exit status of its command.
using Runner = int (*)(const Options& options, Container& held);

// Runs a held container in the foreground, and records how it ended. Throws as `runner` does.
int run_held(Container& held, Runner runner);

// The same under a monitor, which becomes the holder. Returns when the command runs.
// Throws Failure when it never does: the monitor has taken back all by then, and is gone.
void run_detached(Container& held, Runner runner);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_MONITOR_HPP_
