// Step 7. Stopping and pausing a container that another process holds: its monitor, or its `run`.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_STOPPING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_STOPPING_HPP_

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/process/process_options.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Sends a signal to process 1 and does not wait for its effect. The container's stop signal also
// ends restarts and a pause, as Stop does. Throws Failure if the container is not running.
void send_signal(const Record& record, int signal);

// A container that is being stopped. One that is not running counts as stopped. To stop several at
// the same time, construct all of them, then finish() each.
class Stop {
 public:
  // Sends `signal`; from now on no restart policy starts the container again. A paused container
  // is resumed, so that it can end. SIGKILL is sent at once if process 1 would ignore `signal`,
  // because it is the init of a PID namespace and has no handler. pid_namespaces(7).
  Stop(const Record& record, int signal, StopTimeout timeout);

  // Waits until the container has ended and its resources are given back; kills it after the
  // timeout. Throws Failure if it does not end within 10 s after that.
  void finish();

 private:
  std::string id_;
  Fd process_;
  bool waits_forever_;
  std::chrono::steady_clock::time_point deadline_;
};

// Options of stop and restart. Those that are not given are the container's own.
struct StopOptions {
  std::optional<StopTimeout> timeout;
  Signal signal;
};
void add_options(CommandLine& cli, StopOptions& options);
Stop begin_stop(const Record& record, const StopOptions& options);

// Throws Failure if the container is not running.
Stop begin_kill(const Record& record);

// With the name or id that the user typed; finish() prints it.
using NamedStop = std::pair<std::string, Stop>;
void finish(NamedStop& stop);

// Kills the container if it is running, and waits until it has ended.
void kill_container(const Record& record);

// Freezes or thaws all processes of the container (the freezer of cgroups(7)) and records it.
// Throws Failure if the container is not running, or is in that state already.
// Holds the record's lock meanwhile.
void set_paused(const std::string& id, bool paused);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_STOPPING_HPP_
