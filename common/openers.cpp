#include "common/openers.hpp"

#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "common/error.hpp"

namespace stepbox {

Fd open_pidfd(pid_t pid) {
  if (pid <= 0) return Fd();
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // EINVAL, ENOENT: the process was reaped, but its number is still that of a process group.
  const bool ended = errno == ESRCH || errno == EINVAL || errno == ENOENT;
  if (!process && !ended) throw_errno({"open process ", std::to_string(pid)});
  return process;
}

bool send_signal(const Fd& process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0;
}

Fd open_signalfd(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  Fd file(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!file) throw_errno({"open a descriptor for signals"});
  return file;
}

Fd open_inotify(const std::string& path, uint32_t events) {
  Fd file(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!file) throw_errno({"watch ", path});
  const int watch = ::inotify_add_watch(file.get(), path.c_str(), events);
  if (watch == -1 && errno != ENOENT) throw_errno({"watch ", path});
  return file;
}

Fd open_socket(int domain, int type, int protocol) {
  Fd file(::socket(domain, type | SOCK_CLOEXEC, protocol));
  if (!file) throw_errno({"open a socket"});
  return file;
}

SocketPair::SocketPair(int type) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) == -1) {
    throw_errno({"open a pair of sockets"});
  }
  ours = Fd(ends[0]);
  theirs = Fd(ends[1]);
}

Fd open_memfd(const char* name, unsigned flags) {
  Fd file(::memfd_create(name, MFD_CLOEXEC | flags));
  if (!file) throw_errno({"open a file in memory for ", name});
  return file;
}

void close_all_but(std::vector<int> keep) {
  std::erase(keep, -1);
  std::sort(keep.begin(), keep.end());
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > first) ::close_range(first, kept - 1, 0);
    first = kept + 1;
  }
  ::close_range(first, ~0U, 0);
}

}  // namespace stepbox
