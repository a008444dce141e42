// Step 6. A gate that the child waits at until its parent has done something for it.
#ifndef STEPBOX_STEPS_06_NETWORK_GATE_HPP_
#define STEPBOX_STEPS_06_NETWORK_GATE_HPP_

#include "common/fd.hpp"

namespace stepbox {

// A pipe that one byte goes through. Made before the child, so that both have it.
class Gate {
 public:
  // [parent] Lets the child go on. Throws system_error.
  void open();

  // [child] Returns when the gate was opened.
  // Throws Failure when it never will be, because the parent has died: end of file is no "go".
  void wait();

 private:
  Pipe pipe_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_GATE_HPP_
