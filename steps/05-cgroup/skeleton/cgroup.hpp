// Step 5. Control groups limit and account the resources of a container. (cgroups(7))
//
// A cgroup is a directory, its settings are files in it; a process joins when its id is written to
// one of them. There are two versions of the interface. v1: a hierarchy for each controller (cpu,
// memory, pids). v2: one hierarchy for all. `grep cgroup /proc/mounts` shows what is mounted here.
//
// This file is the contract of each function. Write cgroup.cpp, and call it in main.cpp.
// Given: the options, as a struct Limits (05-cgroup/options.hpp); an id for each container
// (common/id.hpp); read_file() and write_file() (common/files.hpp).
#ifndef STEPBOX_WORK_05_CGROUP_CGROUP_HPP_
#define STEPBOX_WORK_05_CGROUP_CGROUP_HPP_

#include <string>

#include "05-cgroup/options.hpp"

namespace stepbox {

// [parent] A container's own group, `stepbox/<id>`, in each hierarchy that its limits need.
class Cgroup {
 public:
  // Makes the groups and sets their limits. 0 means no limit; without limits and --stats it makes
  // no group, as an ordinary user may not be allowed to. Also removes the groups that a killed
  // owner left behind: the owner of a group holds a lock on its directory (try_lock(),
  // common/files.hpp). Throws system_error: `make cgroup …: Permission denied`.
  Cgroup(const std::string& id, const Limits& limits);
  Cgroup(const Cgroup&) = delete;

  // Kills the remaining members of the groups, and removes them: rmdir(2) fails unless empty.
  ~Cgroup();

  // [child] Called first. This process becomes a member, so that the limits hold before the command
  // starts. Write 0, the writer itself, to `tasks` on v1, to `cgroup.procs` on v2.
  void join() const;

  // For SpawnSettings::cgroup_fd: on v2 the open directory of the group, in which clone3(2) creates
  // the child (CLONE_INTO_CGROUP). -1: the child must call join().
  int fd() const;

  // Called when the container has ended. Reports on stderr (warn(), common/error.hpp) if the OOM
  // killer has killed one of its processes: `out of memory: …`; and with --stats the usage:
  // `CPU time 0.12 s, throttled 0.30 s, memory peak 16.4 MiB, OOM kills 0`.
  void report() const;

 private:
  // Add the members that you need.
};

}  // namespace stepbox

#endif  // STEPBOX_WORK_05_CGROUP_CGROUP_HPP_
