// Step 7. Passes descriptors between processes. (unix(7), SCM_RIGHTS)
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_

#include <string_view>

#include "common/fd.hpp"

namespace stepbox {

// Sends a duplicate of `file` to the other end of `socket`, with `text`, which is not empty. Throws
// system_error.
void send_descriptor(const Fd& socket, const Fd& file, std::string_view text = {"", 1});

// Receives a descriptor; -1 if none was sent. `flags` are those of recvmsg(2), such as
// MSG_DONTWAIT.
Fd receive_descriptor(const Fd& socket, int flags = 0);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_DESCRIPTOR_PASSING_HPP_
