// Step 7. Containers that are remembered, and who holds them now.
//
// A container runs as long as somebody, its holder, has a lock on its file in the run directory.
// The kernel drops the lock when the holder dies, however it does; a pid may be anybody's by then.
// To ask whether a lock is held is to try it; so that nobody takes the one who asks for the holder,
// all asking is done under one more lock.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "07-unionfs/options.hpp"
#include "07-unionfs/record.hpp"
#include "common/fd.hpp"

namespace stepbox {

// A container, held: nobody else starts or removes it meanwhile. Outside.
class Container {
 public:
  // A new one. Throws Failure: no such image, or the name is taken.
  explicit Container(const Options& options);

  // One that is there. Throws Failure when it is running.
  explicit Container(const std::string& id);

  // Lets go. A container that never ran, or is to be removed (--rm), goes with all its changes.
  ~Container();
  Container(const Container&) = delete;

  const std::string& id() const { return record_.id; }
  const std::string& image() const { return record_.image_path; }
  const std::string& directory() const { return directory_; }
  const Options& options() const { return record_.options; }

  void started(pid_t pid);  // before the command runs: then it is remembered, come what may
  void running();           // once it runs: from now on others may join it
  void ended(int status);
  void remove() { remove_ = true; }

 private:
  friend void settle_containers();
  Container(Record record, Fd holder, bool remove);

  Record record_;
  std::string directory_;
  Fd holder_;
  bool remove_;
};

// Every verb's first act: containers whose holder was killed are marked as ended, or, if started
// with --rm, removed. (Cgroups, leases and ports: Cgroup and Network do so for themselves.)
void settle_containers();

// All of them, the newest first, as they are now.
std::vector<Record> all_containers();

// The container of this name, id, or beginning of one id only.
// Throws Failure when there is none, or more than one.
Record find_container(const std::string& reference);

// Waits up to 10 s until the command of a container runs, or until nobody holds the container.
// Throws Failure.
void wait_until_running(const Record& record);
void wait_until_ended(const Record& record);

// A descriptor of process 1 of a container (pidfd_open(2)); -1 if it has ended. Whatever process
// has that number later, this is the container's own.
Fd open_process(const Record& record);

// What people are shown of an id.
std::string short_id(const std::string& id);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_HPP_
