#include "07-unionfs/console/daemon.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>

#include "01-clone/signals.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

// The pipe carries the daemon's pid; then, when the start is decided, one byte of exit status (0:
// success) and a message.
static void say(const Fd& pipe, int status, const std::string& message) {
  const std::string text = std::string(1, static_cast<char>(status)) + message;
  [[maybe_unused]] ssize_t written =
      ::write(pipe.get(), text.data(), std::min<size_t>(text.size(), 4096));
}

static void drop(std::initializer_list<int> fds) {
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : fds) ::dup2(nothing.get(), fd);
}

void Caller::release() {
  if (!pipe_) return;
  drop({STDERR_FILENO});
  say(pipe_, 0, "");
  pipe_.close();
}

void Caller::refuse(const std::exception& error) {
  if (pipe_) say(pipe_, status_of(error), message_of(error));
  pipe_.close();
}

[[noreturn]] static void be_daemon(Fd pipe, void (*call)(void*, Caller&), void* argument) {
  const pid_t self = ::getpid();
  if (::chdir("/") == -1 || ::write(pipe.get(), &self, sizeof self) != sizeof self) ::_exit(0);
  drop({STDIN_FILENO, STDOUT_FILENO});
  Caller caller(std::move(pipe));
  try {
    call(argument, caller);
  } catch (const std::exception& error) {
    caller.refuse(error);
  }
  ::_exit(0);
}

void Daemon::start(std::vector<int> keep, void (*call)(void*, Caller&), void* argument) {
  block_signals();
  const pid_t between = ::fork();
  if (between == -1) throw_errno({"fork"});
  if (between == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);  // if fork(2) failed, the caller reads end of file
    keep.push_back(pipe_.writer.get());
    close_all_but(std::move(keep));
    be_daemon(std::move(pipe_.writer), call, argument);
  }
  pipe_.writer.close();
  ::waitpid(between, nullptr, 0);
}

Fd Daemon::wait_until_released() const {
  pid_t daemon = 0;
  if (::read(pipe_.reader.get(), &daemon, sizeof daemon) != sizeof daemon) {
    throw Failure("start a background process: it ended at once");
  }
  Fd handle = open_pidfd(daemon);
  while (const int signal = wait_for_input(pipe_.reader)) send_signal(handle, signal);
  char text[4097];
  const ssize_t got = ::read(pipe_.reader.get(), text, sizeof text);
  if (got <= 0) throw Failure("start a background process: it was killed");
  const std::string message(text + 1, static_cast<size_t>(got) - 1);
  if (text[0] != 0) throw Failure(message, "", static_cast<unsigned char>(text[0]));
  return handle;
}

// The mappings without private dirty pages: program text and constants, which the kernel can read
// again from the file. (proc(5), smaps)
static std::vector<std::pair<uintptr_t, uintptr_t>> clean_mappings() {
  std::vector<std::pair<uintptr_t, uintptr_t>> clean;
  std::istringstream lines(read_file("/proc/self/smaps"));
  std::string mapping;
  bool untouched = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(':') > line.find(' ')) mapping = line;  // "5581c0-5581c8 r-xp …"
    if (line.starts_with("Anonymous:")) untouched = line.ends_with(" 0 kB");
    if (!line.starts_with("Swap:") || !line.ends_with(" 0 kB") || !untouched) continue;
    uintptr_t begin = 0, end = 0;
    char mode[8] = "";
    const int found = std::sscanf(mapping.c_str(), "%lx-%lx %7s", &begin, &end, mode);
    if (found == 3 && mode[0] == 'r' && mode[1] == '-') clean.emplace_back(begin, end);
  }
  return clean;
}

void wait_at_rest(std::vector<pollfd>& watched) try {
  const auto clean = clean_mappings();
  ::malloc_trim(0);
  for (const auto& [from, to] : clean) {
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  // poll(2) is called here, as returning to the caller would page its code in again.
  ::poll(watched.data(), watched.size(), -1);
} catch (const std::system_error&) {
  ::poll(watched.data(), watched.size(), -1);  // poll again without a limit
}

}  // namespace stepbox
