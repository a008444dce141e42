// Step 6. A gate at which the child waits until its parent has made the veth.
#ifndef STEPBOX_STEPS_06_NETWORK_GATE_HPP_
#define STEPBOX_STEPS_06_NETWORK_GATE_HPP_

#include "common/fd.hpp"

namespace stepbox {

// A pipe for one byte. Made before the child, so that both processes have it.
class Gate {
 public:
  // [parent] Lets the child go on. Throws system_error.
  void open();

  // [child] Returns when the gate has been opened.
  // Throws Failure at end of file: the parent has died.
  void wait();

 private:
  Pipe pipe_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_GATE_HPP_
