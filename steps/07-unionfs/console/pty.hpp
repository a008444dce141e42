// Step 7. A pseudo terminal of the container's own. (pty(7), pts(4))
//
// It is opened inside, so that its name, /dev/pts/0, means something there; the end that shows what
// is typed and printed, the master, is then sent to whoever is outside (unix(7), SCM_RIGHTS).
#ifndef STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_

#include <sys/ioctl.h>

#include "common/fd.hpp"

namespace stepbox {

// Inside. A new terminal becomes stdin, stdout, stderr, our controlling terminal, and /dev/console;
// its master goes to `outside`. Throws system_error.
void become_terminal(const Fd& outside, const winsize& window);

// Outside. The master; -1 if it was never sent.
Fd receive_terminal(const Fd& inside);

// The other end of the terminal that `master` belongs to, wherever it is mounted.
Fd open_slave(const Fd& master);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONSOLE_PTY_HPP_
