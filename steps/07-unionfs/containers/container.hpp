// Step 7. Containers that are remembered.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "07-unionfs/containers/options.hpp"
#include "07-unionfs/containers/record.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"

namespace stepbox {

class OutputFanout;
class Caller;

// A container, held (holders.hpp): nobody else starts or removes it meanwhile. Outside.
class Container {
 public:
  // A new one. Throws Failure: no such image, or the name is taken.
  explicit Container(const Options& options);

  // One that is there. Throws Failure when it is running.
  explicit Container(const std::string& id);

  // Lets go. A container that was never started, or is to be removed (--rm), goes with its changes.
  ~Container();
  Container(Container&&) noexcept = default;
  Container(const Container&) = delete;

  // In the caller of a monitor (monitor.hpp), which has a copy of this: nothing is let go of.
  void hand_over() { holder_.close(); }
  int holder() const { return holder_.get(); }
  // In the monitor: who waits until the command runs, and who hears what it says.
  void set_monitor(Caller* caller, OutputFanout* fanout) {
    caller_ = caller;
    fanout_ = fanout;
  }
  OutputFanout* fanout() const { return fanout_; }  // none in the foreground

  const std::string& id() const { return record_.id; }
  const Image& image() const { return record_.image; }
  std::string directory() const;
  const Options& options() const { return record_.options; }

  // For ContainerGroups: whether the kernel has killed one of its processes for lack of memory.
  bool& out_of_memory() { return out_of_memory_; }

  void created();       // not to be run now: `start` will
  void find_network();  // before each start. Throws Failure: the one to share is not there
  // Before the command runs: then it is remembered, come what may. `ports`: as they lead in now.
  void started(pid_t pid, const std::vector<PublishedPort>& ports);
  void running();  // once it runs: from now on others may join it
  void ended(int status);
  bool restarting() const { return record_.restarting; }  // its monitor is to start it again
  void stay_ended();                                      // that is off
  int seconds_run() const { return static_cast<int>(record_.ended - record_.started); }
  void remove();  // Throws what keeps it from that; the next verb goes on with what is half removed

 private:
  friend void settle_containers();
  Container(const Record& record, Fd holder, bool remove);
  template <class Change>
  void change(Change change);

  Record record_;
  Fd holder_;
  Fd image_;  // nobody removes it meanwhile
  bool remove_;
  bool half_removed_ = false;
  bool out_of_memory_ = false;
  Caller* caller_ = nullptr;
  OutputFanout* fanout_ = nullptr;
};

// Every verb's first act. Containers of this store whose holder was killed are marked as ended, or,
// if started with --rm, removed. settle() gives back their cgroups, leases and ports too; Cgroup
// and Network do that by themselves. (settle.cpp)
void settle_containers();
void settle();

// The exit status of a container that ended with its holder: KILL.
constexpr int kKilled = kSignalBase + SIGKILL;

// All of them, the newest first, as they are now. (find_container.cpp)
std::vector<Record> all_containers();

// The containers as the users of their images, for remove_image(). (container_lookup.cpp)
std::vector<ImageUser> image_users();

class NoSuchContainer : public Failure {
  using Failure::Failure;
};

// The container of this name, id, or beginning of one id only.
// Throws NoSuchContainer; Failure when there is more than one.
Record find_container(const std::string& reference);

// The record of container `id`; all but the id is empty, and a warning said, if it cannot be read.
Record read_or_empty(const std::string& id);

// Held by whoever changes a container's record: its holder and several verbs may want to, at once.
// Throws Failure when it cannot be had within 10 s; system_error when the container is gone.
FileLock lock_record(const std::string& id);

// Calls `change(Record&)` on the record as it is now, and writes what came out. Where it throws,
// the old record stays. Returns the new one.
template <class Change>
Record change_record(const std::string& id, Change change) {
  const FileLock lock = lock_record(id);
  Record record = read_record(record_of(id));
  change(record);
  write_record(record_of(id), record);
  return record;
}

// A descriptor of process 1 of a container (pidfd_open(2)); -1 if it has ended. Whatever process
// has that number later, this is the container's own.
Fd open_process(const Record& record);

// Waits until nobody holds the container any more. Returns the exit status it ended with, though it
// was removed then (--rm).
int wait_for_end(const Record& record);

// When a process began, in clock ticks since the boot; -1 if there is none. (proc(5), starttime)
int64_t start_time(pid_t pid);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_
