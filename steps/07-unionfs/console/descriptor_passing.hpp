// Step 7. Descriptors, sent from one process to another. (unix(7), SCM_RIGHTS)
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_

#include "common/fd.hpp"

namespace stepbox {

// Sends a copy of `file` to who has the other end of `socket`. Throws system_error.
void send_descriptor(const Fd& socket, const Fd& file);

// What was sent; -1 if nothing was. `flags`: recvmsg(2)'s, such as MSG_DONTWAIT.
Fd receive_descriptor(const Fd& socket, int flags = 0);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_
