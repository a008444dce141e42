// Step 7. When a process gets the CPU and the disks. (sched(7), ioprio_set(2))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_SCHEDULING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_SCHEDULING_HPP_

#include <sched.h>
#include <sys/types.h>

#include <cstdint>

namespace stepbox {

// The kernel's struct sched_attr (sched_setattr(2)); its header does not go with <sched.h>.
struct Scheduler {
  uint32_t size = sizeof(Scheduler);
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;  // of SCHED_FIFO and SCHED_RR
  uint64_t runtime = 0;   // these three: nanoseconds, of SCHED_DEADLINE
  uint64_t deadline = 0;
  uint64_t period = 0;
  uint64_t utilization = 0;  // the limits of SCHED_FLAG_UTIL_CLAMP_*
};

struct IoPriority {
  int type = 0;   // the class: IOPRIO_CLASS_*
  int level = 0;  // 0 (highest) to 7
};

// [parent] For a process, whose children inherit it. In a user namespace a process could not raise
// its own. Throw system_error.
void set_scheduler(pid_t process, const Scheduler& scheduler);
void set_io_priority(pid_t process, const IoPriority& priority);

// [child] Keeps this process on these CPUs. Throws system_error.
void set_cpus(const cpu_set_t& cpus);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_SCHEDULING_HPP_
