// Step 7. The monitor: the process that stays with a container when its caller goes.
//
// It holds the container (holders.hpp), keeps its log, serves who is attached, waits for its end,
// records it, cleans up, and starts it again if --restart says so. At rest it needs less than 1 MB.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_

#include "07-unionfs/console/attach.hpp"
#include "07-unionfs/containers/container.hpp"

namespace stepbox {

// main.cpp's run(): from a container that is held to the exit status of its command.
using Runner = int (*)(const Options& options, Container& held);

// Runs a held container by ourselves, and records how it ended. Throws as `runner` does.
int run_held(Container& held, Runner runner);

// The same under a monitor, which becomes the holder. Returns when the command runs. `first` hears
// all that it says; -1: nobody does.
// Throws Failure when it never runs: the monitor has taken back all by then, and is gone.
void run_detached(Container& held, Runner runner, Fd first = Fd());

// In the foreground: by ourselves if we may, under a monitor that we are attached to if its options
// want one. Returns the exit status; 0 when it was left alone (attach.hpp). Throws as they do.
int run_attached(Container& held, Runner runner, AttachOptions options);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_
