// Step 7. A container whose run lock this process holds, and the records of all containers.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "07-unionfs/containers/options.hpp"
#include "07-unionfs/containers/record.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/volumes/volume_store.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"

namespace stepbox {

class OutputFanout;
class Caller;

// A container whose run lock (run_lock.hpp) is held: no other process can start or remove it.
// [parent]
class Container {
 public:
  // Creates one. Throws Failure if there is no such image, or the name is taken.
  explicit Container(const Options& options);

  // Acquires an existing one. Throws Failure if it is running, NoSuchContainer if it is gone.
  explicit Container(const std::string& id);

  // Releases the run lock. Removes a container that was never started, or that has --rm.
  ~Container();
  Container(Container&&) noexcept = default;
  Container(const Container&) = delete;

  // In the process that started a monitor (monitor.hpp), which has a copy of this object: closes
  // the copies of the locks here, and leaves all else to the monitor.
  void hand_over();
  std::vector<int> locks() const;  // descriptors
  // In the monitor: the process that waits until the command runs, and the receivers of its output.
  void set_monitor(Caller* caller, OutputFanout* fanout) {
    caller_ = caller;
    fanout_ = fanout;
  }
  OutputFanout* fanout() const { return fanout_; }  // null in the foreground

  const std::string& id() const { return record_.id; }
  const Image& image() const { return record_.image; }
  std::string directory() const;
  const Options& options() const { return record_.options; }

  // For ContainerGroups: whether the kernel killed one of its processes for lack of memory.
  bool& out_of_memory() { return out_of_memory_; }

  // Each writes the record. created(): by `create`, to be started later.
  void created();
  // Before each start. Throws Failure if the container whose network is shared, or to which there
  // is a link on the default bridge, is not running.
  void find_network();
  void find_volumes();  // before each start, too; throws Failure if a path of the host is missing
  // The same for the PID and IPC namespaces of other containers (--pid, --ipc).
  void find_namespaces();
  // Before the command runs, so that the container is recorded even if stepbox is killed. `ports`:
  // with the host ports that are bound now.
  void started(pid_t pid, const std::vector<PublishedPort>& ports);
  void running();  // once the command runs: from now on other processes may join the container
  void ended(int status);
  bool restarting() const { return record_.restarting; }  // the monitor is to start it again
  void cancel_restart();
  int seconds_run() const {
    return static_cast<int>((record_.ended - record_.started) / kNanoseconds);
  }

  // Removes its files, with `volumes` also its anonymous volumes. If that fails it throws, and the
  // next verb finishes the removal.
  void remove(bool volumes = false);

 private:
  friend void recover_container_records();
  Container(const Record& record, Fd run_lock, bool remove);
  template <class Change>
  void change(Change change);

  Record record_;
  Fd run_lock_;
  Fd image_;                 // a lock: the image cannot be removed meanwhile
  std::vector<Fd> volumes_;  // locks of its volumes, until the record names them
  bool remove_;
  bool half_removed_ = false;
  bool out_of_memory_ = false;
  Caller* caller_ = nullptr;
  OutputFanout* fanout_ = nullptr;
};

// One of the two is called first by every verb. They handle the containers of this store whose
// holder was killed: these are recorded as ended, or removed if they had --rm. (recovery.cpp)
// recover_crashed_containers() also gives back their cgroups, leases and ports, which the
// constructors of Cgroup and Network do by themselves.
// Holds containers.lock only while it looks for them, never while it waits for a record's lock.
void recover_container_records();
void recover_crashed_containers();

// The exit status of a container whose holder was killed: SIGKILL.
constexpr int kKilled = kSignalBase + SIGKILL;

// All containers as they are now, the newest first. (container_lookup.cpp)
std::vector<Record> all_containers();

// The containers as the users of their images, for remove_image(), and of their volumes, for
// remove_volume(). (container_lookup.cpp)
std::vector<ImageUser> image_users();
std::vector<VolumeUser> volume_users();

class NoSuchContainer : public Failure {
  using Failure::Failure;
};

// The container with this name or id, else the only one whose id begins with `reference`.
// Throws NoSuchContainer; Failure if several ids begin with it.
Record find_container(const std::string& reference);

// The record of container `id`. If it cannot be read: a warning, and a record with the id only.
Record read_or_empty(const std::string& id);

// The lock for changes of a container's record, by its holder or by verbs.
// Throws Failure if another process holds it for 10 s; system_error if the container is gone.
FileLock lock_record(const std::string& id);

// Reads the record, calls `change(Record&)`, and writes the result. If `change` throws, the old
// record stays. Returns the new one.
template <class Change>
Record change_record(const std::string& id, Change change) {
  const FileLock lock = lock_record(id);
  Record record = read_record(record_of(id));
  change(record);
  write_record(record_of(id), record);
  return record;
}

// A pidfd (pidfd_open(2)) of process 1 of a container; none if it has ended. It never refers to
// another process that got the same pid later.
Fd open_process(const Record& record);

// Waits until the container has no holder. Returns its exit status, even if --rm removed it.
int wait_for_end(const Record& record);

// The start time of a process in clock ticks since the boot; -1 if there is no such process.
// proc_pid_stat(5), field 22.
int64_t start_time(pid_t pid);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_HPP_
