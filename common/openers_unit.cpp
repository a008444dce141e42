// Does each opener throw when the process may open no more files?
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/openers.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {
namespace {

// 0 if `open()` throws EMFILE, with `message`, in a process that has no descriptor left.
template <class Open>
int status_without_numbers(const std::string& message, Open open) {
  return run_forked([&] {
    rlimit usual{};
    ::getrlimit(RLIMIT_NOFILE, &usual);
    const rlimit none{0, usual.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    try {
      open();
    } catch (const std::system_error& error) {
      ::setrlimit(RLIMIT_NOFILE, &usual);  // a sanitizer needs a pipe to look at the exception
      const bool named = std::string(error.what()) == message + ": Too many open files";
      return error.code() == std::errc::too_many_files_open && named ? 0 : 2;
    }
    return 1;
  });
}

bool is_readable(const Fd& file) {
  pollfd entry{file.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE("an opener throws when no descriptor is left: poll(2) would ignore -1") {
  CHECK(status_without_numbers("open process 1", [] { open_pidfd(1); }) == 0);
  CHECK(status_without_numbers("open a descriptor for signals", [] { open_signalfd({SIGTERM}); }) ==
        0);
  CHECK(status_without_numbers("watch /", [] { open_inotify("/", IN_MODIFY); }) == 0);
  CHECK(status_without_numbers("open a socket", [] { open_socket(AF_UNIX, SOCK_STREAM); }) == 0);
  CHECK(status_without_numbers("open a pair of sockets", [] { SocketPair pair(SOCK_STREAM); }) ==
        0);
  CHECK(status_without_numbers("open a file in memory for x", [] { open_memfd("x"); }) == 0);
}

TEST_CASE("open_pidfd returns an empty Fd for a process that has ended") {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  const Fd process = open_pidfd(pid);
  CHECK(wait_for(pid) == 0);
  CHECK(is_readable(process));
  CHECK_FALSE(send_signal(process, SIGKILL));
  CHECK(errno == ESRCH);
  CHECK_FALSE(open_pidfd(pid));
  CHECK_FALSE(open_pidfd(0));
}

// Its pid is still that of a process group: pidfd_open(2) fails with EINVAL or ENOENT, not ESRCH.
TEST_CASE("open_pidfd returns an empty Fd for the reaped leader of a living group") {
  Pipe stop;
  const pid_t leader = ::fork();
  if (leader == 0) {
    ::setpgid(0, 0);
    if (::fork() != 0) ::_exit(0);
    stop.writer.close();
    char byte;
    ::_exit(static_cast<int>(::read(stop.reader.get(), &byte, 1)));
  }
  CHECK(wait_for(leader) == 0);
  CHECK(::kill(-leader, 0) == 0);
  CHECK_FALSE(open_pidfd(leader));
}

TEST_CASE("open_inotify of a path that does not exist is never readable") {
  CHECK_FALSE(is_readable(open_inotify("/no/such/path", IN_MODIFY)));
}

}  // namespace stepbox
