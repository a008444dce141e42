// Step 7. Finds the processes of a container, by the host's process ids.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stepbox {

// The fields of /proc/PID/stat, by proc(5)'s numbers: the parent, field 4, is [4]. Fields 1 and 2
// are empty; the second, the program's name, may contain any characters. Throws system_error if
// there is no such process.
std::vector<std::string> stat_fields(pid_t pid);

struct Process {
  pid_t parent = 0;
  ino_t pid_namespace = 0;  // inode of /proc/PID/ns/pid; 0: not permitted
  int64_t cpu_us = 0;       // includes its children that were waited for
  int64_t threads = 0;
  int64_t resident = 0;  // bytes
};

// A snapshot of all processes of the host. (proc(5))
class ProcessTable {
 public:
  ProcessTable();
  explicit ProcessTable(std::map<pid_t, Process> processes) : processes_(std::move(processes)) {}

  // The processes of a container: `first`, which is its process 1; if it has its own PID namespace
  // all processes in that; and the descendants of all these. Empty if `first` is 0 or has ended.
  std::map<pid_t, Process> of(pid_t first, bool own_pid_namespace) const;

 private:
  std::map<pid_t, Process> processes_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_
