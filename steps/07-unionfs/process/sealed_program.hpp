// Step 7. Protects the stepbox binary from root in a container. (CVE-2019-5736)
//
// Until a process that enters a container calls execve(2), its /proc/PID/exe is the stepbox binary;
// a command `#!/proc/self/exe` even runs it. Through that link root in the container could write to
// the binary on the host, which root on the host runs next.
//
// The kernel refuses to write to a program that is running (ETXTBSY), and the process that runs the
// container keeps the binary busy. Where that is not so, stepbox runs from a sealed copy in memory.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_

#include <sys/types.h>

namespace stepbox {

// Whether the kernel allows writes to a running program, as Linux 6.11 did.
bool own_program_is_writable();

// Whether the parent of process `child` runs the same file as this process.
bool is_parents_program(pid_t child);

// Executes this program again, with the same arguments, from a sealed copy in memory
// (memfd_create(2)). Returns if it already runs from one. Throws system_error.
void run_from_sealed_copy();

// The same without a copy, 0.1 ms: executes this program from a detached bind mount that is
// read-only, so that /proc/PID/exe cannot be opened for writing. From a sealed copy where the
// caller may not mount. Returns if it already runs from either. Throws system_error.
void run_from_read_only_mount();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_SEALED_PROGRAM_HPP_
