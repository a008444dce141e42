#include "07-unionfs/process/scheduling.hpp"

#include <linux/ioprio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.hpp"

namespace stepbox {

void set_scheduler(pid_t process, const Scheduler& scheduler) {
  if (::syscall(SYS_sched_setattr, process, &scheduler, 0) == -1) throw_errno({"set scheduler"});
}

void set_io_priority(pid_t process, const IoPriority& priority) {
  const auto value = static_cast<int>(IOPRIO_PRIO_VALUE(priority.type, priority.level));
  if (::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, process, value) == -1) {
    throw_errno({"set ioPriority"});
  }
}

void set_cpus(const cpu_set_t& cpus) {
  if (::sched_setaffinity(0, sizeof cpus, &cpus) == -1) throw_errno({"set execCPUAffinity"});
}

}  // namespace stepbox
