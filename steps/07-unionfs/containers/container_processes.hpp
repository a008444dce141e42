// Step 7. Who lives in a container, be it of step 3 or of step 7, and who answers for them.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_PROCESSES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_PROCESSES_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

struct Inhabitant {
  pid_t pid = 0;
  Fd handle;  // pidfd_open(2): still this one, whoever has the number later
};

// The processes that share a root directory with a /dev of our making.
struct World {
  std::string root;  // as the host sees it, where it can: "/srv/busybox"
  std::vector<Inhabitant> members;
  std::vector<Inhabitant> owners;  // the runtimes that have started them, and are alive
};

// All containers that this process can see into; not one that it is in itself.
std::vector<World> find_worlds();

// Kills owners first, so that nobody starts anything again, then the rest; waits for their end.
// Throws Failure when they do not end within 10 s.
void end_world(const World& world);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_PROCESSES_HPP_
