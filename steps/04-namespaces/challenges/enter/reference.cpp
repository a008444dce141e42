// enter PID COMMAND...: runs it where process PID is. (setns(2), pidfd_open(2))
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"

using namespace stepbox;

static ino_t user_namespace_of(const std::string& process) {
  struct stat about {};
  const std::string link = "/proc/" + process + "/ns/user";
  if (::stat(link.c_str(), &about) == -1) throw_errno({"look at ", link});
  return about.st_ino;
}

static void join_namespaces(const std::string& pid) {
  const pid_t number = static_cast<pid_t>(parse_number(pid).value_or(0));
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, number, 0)));
  if (!process) throw_errno({"open process ", pid});
  const std::string link = "/proc/" + pid + "/root";
  const Fd root(::open(link.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno({"open ", link});

  int namespaces =
      CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWCGROUP;
  if (user_namespace_of(pid) != user_namespace_of("self")) namespaces |= CLONE_NEWUSER;
  if (::setns(process.get(), namespaces) == -1) throw_errno({"join the namespaces of ", pid});
  if (::fchdir(root.get()) == -1) throw_errno({"enter the root directory of ", pid});
  if (::chroot(".") == -1) throw_errno({"make it ours"});
}

// The child is in the PID namespace that we have joined; we are not.
static int run(char** command) {
  const pid_t child = ::fork();
  if (child == -1) throw_errno({"fork"});
  if (child == 0) {
    ::execvp(command[0], command);
    std::fprintf(stderr, "enter: %s: %s\n", command[0], std::strerror(errno));
    ::_exit(errno == ENOENT ? kNoCommand : kCannotRun);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char** argv) try {
  if (argc < 3) throw Failure("enter PID COMMAND [ARG...]");
  join_namespaces(argv[1]);
  return run(argv + 2);
} catch (const std::exception& error) {
  return report(error);
}
