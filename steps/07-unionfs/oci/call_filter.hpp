// Step 7. The filter of system calls of an OCI config, and its listener: a program of the engine's
// that answers the calls with the action SCMP_ACT_NOTIFY. (seccomp_unotify(2))
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_CALL_FILTER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_CALL_FILTER_HPP_

#include <optional>
#include <string>

#include "01-clone/process.hpp"
#include "06-network/gate.hpp"
#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/oci/state.hpp"
#include "common/fd.hpp"

namespace stepbox {

class OciFilter {
 public:
  // [parent] Connects to the listener's socket, if there are calls for it. `program`: compiled from
  // the rules. Throws Failure, system_error.
  OciFilter(const OciSeccomp& seccomp, CallFilter program);

  // Whether pass_listener() waits for install().
  bool has_listener() const { return listener_.has_value(); }

  // [child] Installs the filter, the first time it is called. Throws system_error.
  void install();

  // [parent] Waits until the child has installed the filter, and sends the descriptor that its
  // calls are read from, with the container's state, to the listener. Does nothing without one, and
  // if the child fails before. Throws system_error.
  void pass_listener(Child& child, const OciState& state, OciStatus status);

 private:
  struct Listener {
    Fd socket;
    Pipe number;  // of the child's descriptor
    Gate taken;   // the parent has a duplicate of it
  };

  const OciSeccomp& seccomp_;
  CallFilter program_;
  bool installed_ = false;
  std::optional<Listener> listener_;
};

// [parent] Connects to a socket in AF_UNIX. Throws system_error, Failure.
Fd connect_to_socket(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_CALL_FILTER_HPP_
