// Step 7. The monitor: the process that stays with a container after its caller has ended.
//
// It holds the run lock (run_lock.hpp), writes the log, serves attached clients, waits for the end
// of the container, records it, gives back its resources, and starts it again if --restart says so.
// While it waits it uses less than 1 MB.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_

#include "07-unionfs/console/attach.hpp"
#include "07-unionfs/containers/container.hpp"

namespace stepbox {

// run() of main.cpp: starts the container and returns the exit status of its command.
using Runner = int (*)(const Options& options, Container& held);

// Runs the container in this process, and records how it ended. Throws what `runner` throws.
int run_held(Container& held, Runner runner);

// The same under a monitor, which takes over the run lock. Returns when the command runs. `first`:
// the connection of a client that receives all output; none by default.
// Throws Failure if the command cannot be run: the monitor has given back everything and ended.
Fd run_detached(Container& held, Runner runner, Fd first = Fd());

// In the foreground: attached to a monitor, or, with options.direct and neither -t nor --restart,
// in this process. Returns the exit status; 0 after a detach (attach.hpp). Throws as run_held() and
// run_detached() do.
int run_attached(Container& held, Runner runner, AttachOptions options);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_MONITOR_HPP_
