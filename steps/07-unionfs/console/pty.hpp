// Step 7. A pseudo terminal in the container's own devpts. (pty(7), pts(4))
//
// The child opens it, so that its name, /dev/pts/0, exists in the container, and sends the master
// to the parent (unix(7), SCM_RIGHTS).
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_

#include <sys/ioctl.h>

#include "common/fd.hpp"

namespace stepbox {

// [child] Opens a new terminal as stdin, stdout, stderr and controlling terminal, and sends its
// master to `outside`. `first`, the container's first process: also as /dev/console. Throws
// system_error.
void become_terminal(const Fd& outside, const winsize& window, bool first);

// [parent] Receives the master; -1 if the child ended before it sent one.
Fd receive_terminal(const Fd& inside);

// Opens the slave of `master`, in whatever devpts it is (ioctl_tty(2), TIOCGPTPEER).
Fd open_slave(const Fd& master);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_
