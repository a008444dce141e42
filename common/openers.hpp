// Descriptors that no path names: pidfd_open(2), signalfd(2), inotify(7), socket(2),
// memfd_create(2).
//
// The system calls return -1 when no descriptor is left (EMFILE, ENFILE), and poll(2) ignores -1:
// a caller that does not check waits for ever. These openers throw, and no other file makes these
// calls (scripts/budgets tests that). All descriptors are close-on-exec.
#ifndef STEPBOX_COMMON_OPENERS_HPP_
#define STEPBOX_COMMON_OPENERS_HPP_

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "common/fd.hpp"

namespace stepbox {

// A process: readable when it has ended; signals sent through it never reach a process that was
// given the same number later. Empty if no process has that number (or it is 0).
// Throws system_error: `open process 4711: Too many open files`.
Fd open_pidfd(pid_t pid);

// pidfd_send_signal(2). False, and errno, if the signal was not sent; ESRCH: the process has ended.
bool send_signal(const Fd& process, int signal);

// Readable when one of these signals, which the caller has blocked, is pending. Non-blocking.
// Throws system_error.
Fd open_signalfd(std::initializer_list<int> signals);

// Readable when one of `events` (IN_MODIFY, …) has happened to `path`; if that does not exist,
// never. Non-blocking. Throws system_error: `watch PATH: No space left on device`
// (max_user_watches).
Fd open_inotify(const std::string& path, uint32_t events);

// socket(2). Throws system_error.
Fd open_socket(int domain, int type, int protocol = 0);

// Both ends of a socketpair(2) in AF_UNIX. Throws system_error (EMFILE, ENFILE).
struct SocketPair {
  explicit SocketPair(int type);
  Fd ours;
  Fd theirs;
};

// An empty file in memory; `flags` beside MFD_CLOEXEC. Throws system_error.
Fd open_memfd(const char* name, unsigned flags = 0);

// Closes all descriptors but stdin, stdout, stderr and `keep`, whose -1s are ignored: a process
// that outlives its parent must not inherit locks and pipes. (close_range(2), Linux 5.9)
void close_all_but(std::vector<int> keep);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_OPENERS_HPP_
