// Step 7. Joins the namespaces of a container that runs. setns(2), pidfd_open(2).
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_

#include <sys/types.h>

#include "common/fd.hpp"

namespace stepbox {

class ContainerNamespaces {
 public:
  // [parent] `process`: a pidfd of process `pid` of the container. Throws system_error.
  ContainerNamespaces(const Fd& process, pid_t pid);

  // [parent] Before spawn(): setns(2) moves only later children into a PID namespace. Without root
  // the others need the capabilities that the user namespace gives. Makes this process unreadable
  // for the container's processes, which would see the child in /proc at once (CVE-2016-9962).
  void join_before_clone() const;

  // [child] Joins the others; the container's root directory becomes that of this process.
  void join() const;

 private:
  const Fd& process_;
  pid_t pid_;
  int flags_ = 0;  // CLONE_NEW* of those that this process is not in
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_
