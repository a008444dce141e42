// Step 7. The processes of containers, as the host numbers them.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stepbox {

// What /proc/PID/stat says: field 4, the parent, is [4], as proc(5) counts them. The first two are
// left out: the second, the program's name, may hold anything.
// Throws system_error when there is no such process.
std::vector<std::string> stat_fields(pid_t pid);

struct Process {
  pid_t parent = 0;
  ino_t pid_namespace = 0;  // 0: not ours to see
  int64_t cpu_us = 0;       // with that of its children that have ended
  int64_t threads = 0;
  int64_t resident = 0;  // bytes
};

// All processes of the host at one moment. (proc(5))
class ProcessTable {
 public:
  ProcessTable();
  explicit ProcessTable(std::map<pid_t, Process> processes) : processes_(std::move(processes)) {}

  // The processes of a container: `first`, its process 1, all that are in the PID namespace of that
  // one if the container has its own, and their descendants. None if `first` is 0 or has ended.
  std::map<pid_t, Process> of(pid_t first, bool own_pid_namespace) const;

 private:
  std::map<pid_t, Process> processes_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_TABLE_HPP_
