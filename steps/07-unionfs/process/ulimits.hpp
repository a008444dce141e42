// Step 7. Resource limits of a single process; a cgroup limits all of them together. (setrlimit(2))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_ULIMITS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_ULIMITS_HPP_

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace stepbox {

// --ulimit NAME=SOFT[:HARD], in the units of setrlimit(2); -1: no limit.
struct Ulimit {
  std::string name;
  int64_t soft = 0;
  int64_t hard = 0;
};
void parse_value(const std::string& text, Ulimit& limit);  // throws Failure

// Whether setrlimit(2) has a limit of this name, as "nofile".
bool is_resource(const std::string& name);

// [child] Throws system_error if the kernel refuses it (EPERM).
void set_limit(const Ulimit& limit);

// [parent] Raises the hard limit of a process to that of `limit`, if it is lower: in a user
// namespace the process may not. What the kernel refuses set_limit() reports. (prlimit(2))
void allow_limit(pid_t process, const Ulimit& limit);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_ULIMITS_HPP_
