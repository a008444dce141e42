// Step 7. The processes of containers, of steps 3 to 7, found without any record. For rescue.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_PROCESSES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_PROCESSES_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

struct ContainerProcess {
  pid_t pid = 0;
  Fd handle;  // pidfd_open(2): refers to this process even if its pid is reused
};

// The processes that share a root directory with a /dev that stepbox mounted.
struct ContainerProcesses {
  std::string root;  // as the host sees it, if it can: "/srv/busybox"
  std::vector<ContainerProcess> members;
  std::vector<ContainerProcess> owners;  // the runtimes that started them and are still alive
  std::string parent;  // the process that they have now, "pid 71 (bash)"; empty: orphans, so that
                       // their runtime is proved to have ended
};

// All containers whose processes the caller may examine, except one that the caller runs in.
std::vector<ContainerProcesses> find_container_processes();

// Kills the owners first, so that they start nothing again, then the members; waits for their end.
// Throws Failure if one does not end within 10 s.
void kill_container_processes(const ContainerProcesses& container);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_CONTAINER_PROCESSES_HPP_
