// What a holder that was killed has left, put right by the next verb.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "05-cgroup/group.hpp"
#include "06-network/network.hpp"
#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "common/deadline.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

// The kernel has killed the container with its holder (process.hpp), unless the command gave up
// root: that cancels it (prctl(2), PR_SET_PDEATHSIG).
static void kill_survivor(const Record& record) {
  const Fd process = open_pidfd(record.pid);
  if (!process || start_time(record.pid) != record.pid_started) return;  // another's number by now
  explain({"kill -KILL ", std::to_string(record.pid)});
  send_signal(process, SIGKILL);
  RunningGroups(record.id).thaw();  // it may have been paused
  pollfd ended{process.get(), POLLIN, 0};
  ::poll(&ended, 1, 10'000);
}

namespace {

// Containers whose holder was killed: those that this verb is to recover, and those that another
// verb recovers at this moment.
struct Crashed {
  std::vector<std::pair<std::string, Fd>> ours;  // id, run lock
  std::vector<std::string> others;
};

Crashed find_crashed() {
  const FileLock lock = lock_holders();
  Crashed crashed;
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    if (Fd holder = hold_for_recovery(id)) {
      crashed.ours.emplace_back(id, std::move(holder));
    } else if (is_in_recovery(id)) {
      crashed.others.push_back(id);
    }
  }
  return crashed;
}

}  // namespace

// The locks: containers.lock only while they are collected, for each record's lock comes before it.
void settle_containers() {
  sweep_staging();
  Crashed crashed = find_crashed();
  for (auto& [id, holder] : crashed.ours) {
    const bool started = exists(record_of(id));
    const Record record = read_or_empty(id);
    if (record.running) kill_survivor(record);
    Container dead(record, std::move(holder), !started || record.options.remove);
    if (record.running) dead.ended(kKilled);
    if (record.restarting) dead.stay_ended();
  }
  for (const std::string& id : crashed.others) wait_until(10, [&] { return is_given_back(id); });
}

void settle() {
  remove_dead_groups();
  settle_network();
  settle_containers();
}

}  // namespace stepbox
