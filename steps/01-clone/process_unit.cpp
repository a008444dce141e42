// Does a child start only after its parent's go, and does wait() return how it ended?
#include <doctest/doctest.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

int status_of_child(int (*function)()) {
  Child child = spawn({}, function);
  return child.wait();
}

// Status and message of a command that cannot be executed.
Failure failure_of(const std::vector<std::string>& command) {
  try {
    Child child = spawn({}, [&] { return exec_command(command); });
    child.wait();
  } catch (const Failure& failure) {
    return failure;
  }
  return Failure("it ran", "", 0);
}

int status_of_command(const std::vector<std::string>& command) {
  Child child = spawn({}, [&] { return exec_command(command); });
  return child.wait();
}

bool holds(const Failure& failure, const std::string& part) {
  return std::string(failure.what()).find(part) != std::string::npos;
}

// Waits until the child sleeps. Before its go, it sleeps only in read(2) of the pipe.
void await_sleep(pid_t child) {
  const std::string path = "/proc/" + std::to_string(child) + "/stat";
  for (std::string stat; stat.find(") S ") == stat.npos && stat.find(") Z ") == stat.npos;) {
    stat = read_file(path);
    ::sched_yield();
  }
}

}  // namespace

// --- go -----------------------------------------------------------------------------------

// The parent lives on, but its end of the pipe is closed: the child sees end of file only.
TEST_CASE("at end of file the child exits without calling its function") {
  const int status = run_forked([] {
    const auto close_all = [](pid_t child, int) {
      await_sleep(child);
      ::close_range(3, ~0U, 0);
      siginfo_t info{};
      ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED);
      ::_exit(info.si_code == CLD_EXITED ? info.si_status : 98);
    };
    const Child child = spawn({.before_go = close_all}, [] { return 0; });
    return 97;  // not reached
  });
  CHECK(status == kFailed);
}

TEST_CASE("a child whose parent was killed before go never runs its function") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphans become children of this process
  Pipe ran;
  const int parent = run_forked([&] {
    const auto die = [](pid_t child, int) {
      await_sleep(child);
      ::raise(SIGKILL);
    };
    const Child child =
        spawn({.before_go = die}, [&] { return ::write(ran.writer.get(), "!", 1) == 1 ? 0 : 1; });
    return 97;  // not reached
  });
  CHECK(parent == kSignalBase + SIGKILL);
  const int orphan = wait_for(-1);
  const bool refused = orphan == kFailed || orphan == kSignalBase + SIGKILL;
  CHECK_MESSAGE(refused, "the orphan's status is " << orphan);
  ran.writer.close();
  char byte;
  CHECK(::read(ran.reader.get(), &byte, 1) == 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_CASE("before_go is called with the pid of the child, which waits") {
  static pid_t seen;
  static int flags;
  const auto look = [](pid_t child, int namespaces) { seen = child, flags = namespaces; };
  Child child = spawn({.before_go = look}, [] { return 0; });
  CHECK(seen == child.pid());
  CHECK(flags == 0);
  CHECK(child.wait() == 0);
}

TEST_CASE("an exception of before_go ends the child") {
  static pid_t seen;
  const auto fail = [](pid_t child, int) {
    seen = child;
    throw Failure("no maps");
  };
  CHECK_THROWS_WITH_AS(spawn({.before_go = fail}, [] { return 0; }), "no maps", Failure);
  CHECK(::kill(seen, 0) == -1);  // reaped, too
}

// --- How did it end? ----------------------------------------------------------------------

TEST_CASE("wait returns the status of the function") {
  CHECK(status_of_child([] { return 0; }) == 0);
  CHECK(status_of_child([] { return 7; }) == 7);
  CHECK(status_of_child([] { return 255; }) == 255);
}

TEST_CASE("wait returns 128 + N if signal N killed the child") {
  CHECK(status_of_child([] { return ::raise(SIGKILL); }) == 128 + SIGKILL);
  CHECK(status_of_child([] { return ::raise(SIGALRM); }) == 128 + SIGALRM);
}

TEST_CASE("a process that has ended takes the default action") {
  CHECK(takes_default_action(INT_MAX, SIGTERM));
}

TEST_CASE("wait throws the child's exception, with its status") {
  Child child = spawn({}, []() -> int { throw Failure("mount proc", "try it", 42); });
  try {
    child.wait();
    FAIL("nothing was thrown");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()) == "mount proc: try it");
    CHECK(failure.status() == 42);
  }
}

TEST_CASE("an errno in the child becomes a message with status 125") {
  Child child = spawn({}, []() -> int { throw_errno({"chroot ", "/x"}, ENOTDIR); });
  CHECK_THROWS_WITH_AS(child.wait(), "chroot /x: Not a directory", Failure);
}

TEST_CASE("a message longer than a pipe is cut, and neither process hangs") {
  Child child = spawn({}, []() -> int { throw Failure(std::string(1 << 20, 'x')); });
  CHECK_THROWS_AS(child.wait(), Failure);
}

TEST_CASE("the destructor kills and reaps a child that was not waited for") {
  pid_t pid = -1;
  {
    const Child child = spawn({}, [] { return ::pause(); });
    pid = child.pid();
  }
  CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("wait leaves the status of other children to their owners") {
  const pid_t other = ::fork();
  if (other == 0) ::_exit(7);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(other), &info, WEXITED | WNOWAIT);  // it has ended
  Child first = spawn({}, [] { return 3; });
  Child second = spawn({}, [] { return 4; });
  CHECK(second.wait() == 4);
  CHECK(first.wait() == 3);
  CHECK(wait_for(other) == 7);
}

TEST_CASE("the handle of a child is readable when the child has ended") {
  Child child = spawn({}, [] { return ::pause(); });
  pollfd ended{child.process().handle.get(), POLLIN, 0};
  CHECK(::poll(&ended, 1, 0) == 0);
  CHECK(send_signal(child.process().handle, SIGKILL));
  CHECK(::poll(&ended, 1, 10'000) == 1);
  CHECK(child.wait() == 128 + SIGKILL);
}

// --- exec ---------------------------------------------------------------------------------

TEST_CASE("wait returns the status of the command") {
  CHECK(status_of_command({"true"}) == 0);
  CHECK(status_of_command({"/bin/sh", "-c", "exit 3"}) == 3);
  CHECK(status_of_command({"/bin/sh", "-c", "kill -KILL $$"}) == 137);
}

TEST_CASE("a command that does not exist is 127") {
  ::setenv("PATH", "/usr/bin:/bin", 1);  // a PATH with an unreadable directory would make it 126
  const ScratchDirectory scratch;
  const Failure missing = failure_of({scratch.file("x")});
  CHECK(missing.status() == kNoCommand);
  CHECK(holds(missing, "exec " + scratch.file("x") + ": No such file or directory"));
  CHECK(failure_of({"no-such-command-anywhere"}).status() == kNoCommand);
  CHECK(failure_of({""}).status() == kNoCommand);
  create_file(scratch.file("file"), "");
  CHECK(failure_of({scratch.file("file/x")}).status() == kNoCommand);  // ENOTDIR
}

TEST_CASE("a command that cannot be run is 126") {
  const ScratchDirectory scratch;
  create_file(scratch.file("data"), "#!/bin/sh\n", 0644);
  CHECK(failure_of({scratch.file("data")}).status() == kCannotRun);
  CHECK(failure_of({scratch.path()}).status() == kCannotRun);
}

TEST_CASE("the message for a missing interpreter has a hint") {
  const ScratchDirectory scratch;
  create_file(scratch.file("script"), "#!/no/such/interpreter\n", 0755);
  const Failure failure = failure_of({scratch.file("script")});
  CHECK(failure.status() == kNoCommand);
  CHECK(holds(failure, "interpreter"));
}

}  // namespace stepbox
