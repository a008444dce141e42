// Step 7. Our own program, kept from whoever is root inside.
//
// A process of ours that is about to become a command inside has, until it does, our program as its
// /proc/PID/exe; a command `#!/proc/self/exe` even runs it. From there root inside could write to
// the file on the host, which root outside runs next. (CVE-2019-5736)
//
// The kernel forbids to write to a program while it runs (ETXTBSY), and ours does as long as the
// container: its holder. Where that does not hold we run from a copy that nobody can change.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_

#include <sys/types.h>

namespace stepbox {

// Whether the kernel lets us write to our own program while it runs. (Linux 6.11 did.)
bool own_program_is_writable();

// Whether the parent of process `child` runs the very file that we run.
bool is_parents_program(pid_t child);

// Starts this program again, with the same words, from a sealed copy in memory (memfd_create(2)).
// Returns where it runs from one already. Throws system_error.
void run_from_sealed_copy();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_
