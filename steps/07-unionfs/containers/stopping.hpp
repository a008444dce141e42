// Step 7. Ending a container that somebody else holds: its `run`, or its monitor.
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

// Sends a signal to process 1, and does not wait for what comes of it. The container's stop signal
// also means what Stop means by it. Throws Failure when the container does not run.
void send_signal(const Record& record, int signal);

// A container that is being stopped. One that does not run counts as stopped. Several at once: make
// all of them, then finish() each.
class Stop {
 public:
  // Sends `signal`; from now on no restart policy starts the container again. What is paused goes
  // on, so that it can end. Where process 1 would not even notice the signal it is killed at once.
  Stop(const Record& record, int signal, Patience patience);

  // Returns when it has ended, and all that it had is given back: killed, if patience is over.
  // Throws Failure when it does not end even then.
  void finish();

 private:
  std::string id_;
  Fd process_;
  bool for_ever_;
  std::chrono::steady_clock::time_point deadline_;
};

// What stop and restart may be told; else the container's own counts.
struct StopOptions {
  std::optional<Patience> patience;
  Signal signal;
};
void add_options(CommandLine& cli, StopOptions& options);
Stop begin_stop(const Record& record, const StopOptions& options);

// Throws Failure when the container does not run.
Stop begin_kill(const Record& record);

// With what the user has called the container; finish() prints that.
using NamedStop = std::pair<std::string, Stop>;
void finish(NamedStop& stop);

// Kills it, if it runs, and returns when it has ended.
void kill_container(const Record& record);

// Freezes all processes of the container, or lets them go on, and records it.
// Throws Failure when it does not run, or it is so already.
void set_paused(const std::string& id, bool paused);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_STOPPING_HPP_
