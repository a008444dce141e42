// Step 5. Control groups: how much a container may use. (cgroups(7))
//
// A cgroup is a directory, its settings are files, its members process ids written to one of them.
// Two versions of that interface are about. v1: one tree for each controller (cpu, memory, pids).
// v2: one tree for all. `grep cgroup /proc/mounts` says which this machine has.
//
// This is the contract: what each function promises. cgroup.cpp is yours, and main.cpp must call
// it. Given: the options, as a struct Limits (05-cgroup/options.hpp); an id for each container
// (common/id.hpp); read_file() and write_file() (common/files.hpp).
#ifndef STEPBOX_WORK_05_CGROUP_CGROUP_HPP_
#define STEPBOX_WORK_05_CGROUP_CGROUP_HPP_

#include <string>

#include "05-cgroup/options.hpp"

namespace stepbox {

// A container's own group, `stepbox/<id>`, in each tree that is needed. Outside.
class Cgroup {
 public:
  // Makes the groups, with their limits; a limit of 0 is none, and where there is nothing to limit
  // or to measure no group is made: an ordinary user may make none. Also removes the groups that an
  // owner who was killed has left: a lock on the directory tells who lives (try_lock(),
  // common/files.hpp).
  // Throws system_error: `make cgroup …: Permission denied`.
  Cgroup(const std::string& id, const Limits& limits);
  Cgroup(const Cgroup&) = delete;

  // Kills who is left in the groups, and removes them: rmdir(2) takes only empty ones.
  ~Cgroup();

  // Inside, first of all: this process becomes a member, so the limits hold before the command
  // starts. On v1, write 0 to `tasks`, on v2 to `cgroup.procs`: 0 is who writes.
  void join() const;

  // For SpawnSettings::cgroup_fd, on v2: the open directory of the group, and the child is born a
  // member (CLONE_INTO_CGROUP). -1: it is not, and join() must do it.
  int fd() const;

  // Outside, when the container has ended. Says on stderr (warn(), common/error.hpp) when the
  // kernel has killed for lack of memory: `out of memory: …`; and with --stats what was used:
  // `CPU time 0.12 s, throttled 0.30 s, memory peak 16.4 MiB, OOM kills 0`.
  void report() const;

 private:
  // Yours: what it must remember.
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_05_CGROUP_CGROUP_HPP_
