// Containers whose holder was killed: the next verb records their end and gives back what they had.
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

// The kernel has killed the container together with its holder (process.hpp), unless the command
// gave up root: that clears the parent-death signal. prctl(2), PR_SET_PDEATHSIG.
static void kill_survivor(const Record& record) {
  const Fd process = open_pidfd(record.pid);
  if (!process || start_time(record.pid) != record.pid_started) return;  // the pid was reused
  explain({"kill -KILL ", std::to_string(record.pid)});
  send_signal(process, SIGKILL);
  RunningGroups(record.id).thaw();  // it may have been paused
  pollfd ended{process.get(), POLLIN, 0};
  ::poll(&ended, 1, 10'000);
}

namespace {

// Containers whose holder was killed: those that this verb recovers, and those that another verb
// recovers at this moment.
struct Crashed {
  std::vector<std::pair<std::string, Fd>> ours;  // id, run lock
  std::vector<std::string> others;
};

Crashed find_crashed() {
  const FileLock lock = lock_run_locks();
  Crashed crashed;
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    if (Fd run_lock = acquire_for_recovery(id)) {
      crashed.ours.emplace_back(id, std::move(run_lock));
    } else if (is_in_recovery(id)) {
      crashed.others.push_back(id);
    }
  }
  return crashed;
}

}  // namespace

// Lock order: ended() takes the record's lock, which comes before containers.lock. So
// find_crashed() has released that.
void recover_container_records() {
  sweep_staging();
  Crashed crashed = find_crashed();
  for (auto& [id, run_lock] : crashed.ours) {
    const bool started = exists(record_of(id));
    const Record record = read_or_empty(id);
    if (record.running) kill_survivor(record);
    Container dead(record, std::move(run_lock), !started || record.options.remove);
    if (record.running) dead.ended(kKilled);
    if (record.restarting) dead.cancel_restart();
  }
  // So that the verb sees these as ended, too.
  for (const std::string& id : crashed.others) wait_until(10, [&] { return is_released(id); });
  sweep_volumes();
}

void recover_crashed_containers() {
  remove_dead_groups();
  settle_members();
  settle_network();
  recover_container_records();
}

}  // namespace stepbox
