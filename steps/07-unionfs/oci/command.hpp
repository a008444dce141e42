// Step 7. The process of an OCI config: everything between the file system and execve(2).
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_COMMAND_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_COMMAND_HPP_

#include <string>

#include "07-unionfs/oci/call_filter.hpp"
#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/oci/engine.hpp"
#include "common/fd.hpp"

namespace stepbox {

class OciCommand {
 public:
  // [parent] For a terminal, connects to the console socket, or prepares the relay. `first`: of the
  // container's processes. Throws Failure for a terminal that nobody would relay; system_error.
  OciCommand(const OciProcess& process, OciFilter filter, OciFiles& files, bool first);

  // [parent] What a child in a user namespace may not do itself. Called first: its OOM score, and
  // room for its resource limits.
  void allow(pid_t child) const;

  // [parent] Called when the container is built: real-time policies would hinder that.
  void schedule(pid_t child) const;

  // [parent] The listener of the child's system calls. Called after the child's last wait for the
  // parent.
  OciFilter& filter() { return filter_; }

  // [child] Before the root is entered: security labels, which need the host's /proc.
  void prepare() const;

  // [child] In the container's root: terminal, working directory, environment, limits, user. Finds
  // the program, so that a missing one is reported by `create`, in runc's words:
  //   exec: "poem": executable file not found in $PATH       status 127
  //   exec: "/etc/passwd": permission denied                 status 126
  void enter();

  // [child] Last: the filter, unless enter() has installed it, then execve(2). (Without
  // no_new_privs it is installed before the capabilities go; with a listener while create runs.)
  [[noreturn]] void exec();

 private:
  const OciProcess& process_;
  const OciFiles& files_;
  bool first_;
  OciFilter filter_;
  Fd console_;
  std::string program_;  // the path to execute
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_COMMAND_HPP_
