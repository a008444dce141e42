// What a holder that was killed has left, put right by the next verb.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "05-cgroup/group.hpp"
#include "06-network/network.hpp"
#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

// The kernel has killed the container with its holder (process.hpp), unless the command gave up
// root: that cancels it (prctl(2), PR_SET_PDEATHSIG).
static void kill_survivor(const Record& record) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, record.pid, 0)));
  if (!process || start_time(record.pid) != record.pid_started) return;  // another's number by now
  explain({"kill -KILL ", std::to_string(record.pid)});
  ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
  for (const Group& group : find_groups(record.id)) group.thaw();  // it may have been paused
  pollfd ended{process.get(), POLLIN, 0};
  ::poll(&ended, 1, 10'000);
}

void settle_containers() {
  settle_images();
  const Fd lock = lock_holders();
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    Fd holder(::open(holder_of(id).c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
    if (!holder || !try_lock(holder, holder_of(id))) continue;  // alive
    const std::string whose = read_file(holder_of(id));         // empty: killed before it said so
    if (!whose.empty() && !whose.starts_with(store() + "\n")) continue;  // another store's
    const bool started = exists(record_of(id));
    const Record record = read_or_empty(id);
    if (record.running) kill_survivor(record);
    Container dead(record, std::move(holder), !started || record.options.remove);
    if (record.running) dead.ended(kKilled);
    if (record.restarting) dead.stay_ended();
  }
}

void settle() {
  remove_dead_groups();
  settle_network();
  settle_containers();
}

}  // namespace stepbox
