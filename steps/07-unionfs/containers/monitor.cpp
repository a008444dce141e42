#include "07-unionfs/containers/monitor.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include "01-clone/signals.hpp"
#include "07-unionfs/console/daemon.hpp"
#include "07-unionfs/console/terminal_relay.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

namespace stepbox {

int run_held(Container& held, Runner runner) {
  try {
    held.find_network();
    held.find_volumes();
    held.find_namespaces();
    const int status = runner(held.options(), held);
    held.ended(status);
    return status;
  } catch (const std::exception& error) {
    held.ended(status_of(error));
    throw;
  }
}

// False if a signal or `stop` interrupted it: request_stop() writes to the run lock.
static bool wait_undisturbed(const std::string& id, int milliseconds) {
  const Fd changes = open_inotify(run_lock_of(id), IN_MODIFY);
  if (is_stop_requested(id)) return false;
  return wait_for_input(changes, milliseconds) == 0 && !is_stop_requested(id);
}

// Restarts the container as --restart says, after a first run that ended with `status`.
static int run_again(Container& held, Runner runner, OutputFanout& fanout, int status) {
  for (int pause = 0; held.restarting();) {
    fanout.tell_exit(status, 1'000);  // `stop` waits for this process
    pause = next_pause(pause, held.seconds_run());
    if (!wait_undisturbed(held.id(), pause)) {
      held.cancel_restart();
      break;
    }
    try {
      status = run_held(held, runner);
    } catch (const std::exception& error) {
      fanout.write(Stream::kErrors, message_of(error) + "\n");
      status = status_of(error);
    }
  }
  return status;
}

static void be_monitor(Container held, Runner runner, Caller& caller, Fd first,
                       const winsize& window) {
  OutputFanout fanout(std::move(first), held.id(), held.directory() + "/log.json",
                      held.options().log);
  fanout.window = window;
  int status = 0;
  {
    Container ours(std::move(held));
    ours.set_monitor(&caller, &fanout);
    status = run_again(ours, runner, fanout, run_held(ours, runner));
  }
  fanout.tell_exit(status);  // after ~Container(): everything is given back
}

Fd run_detached(Container& held, Runner runner, Fd first) {
  std::vector<int> kept = held.locks();
  kept.push_back(first.get());
  const Daemon monitor(std::move(kept), [&](Caller& caller) {
    be_monitor(std::move(held), runner, caller, std::move(first), own_window());
  });
  held.hand_over();
  first.close();
  return monitor.wait_until_released();
}

int run_attached(Container& held, Runner runner, AttachOptions options) {
  const Options& container = held.options();
  options.tty = container.console.tty;
  if (options.direct && !options.tty && container.restart.when == RestartWhen::kNever) {
    if (!options.input) close_input();
    return run_held(held, runner);
  }
  options.input &= container.console.interactive;
  options.end_input = options.input;
  check_terminal(options);
  Connection line;
  const Fd monitor = run_detached(held, runner, std::move(line.theirs));
  return attach(line.ours, monitor, options).value_or(kKilled);
}

}  // namespace stepbox
