#include "07-unionfs/monitor.hpp"

#include <malloc.h>

#include "07-unionfs/daemon.hpp"
#include "common/error.hpp"

namespace stepbox {

int run_held(Container& held, Runner runner) {
  try {
    const int status = runner(held.options(), held);
    held.ended(status);
    return status;
  } catch (const std::exception& error) {
    held.ended(status_of(error));
    throw;
  }
}

static void be_monitor(Container held, Runner runner, Caller& caller) {
  held.set_caller(&caller);
  run_held(held, runner);
}

void run_detached(Container& held, Runner runner) {
  const Daemon monitor({held.holder()},
                       [&](Caller& caller) { be_monitor(std::move(held), runner, caller); });
  held.hand_over();
  monitor.wait_until_released();
}

}  // namespace stepbox
