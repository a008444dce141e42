// The only file of common/testing that includes Boost: it takes five seconds to compile.
#include "common/testing/stage/launch.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/boost_process.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"

namespace stepbox {

Milliseconds patient(Milliseconds patience) {
  static const int factor = [] {
    const char* text = std::getenv("STEPBOX_PATIENCE");
    return text ? std::clamp(std::atoi(text), 1, 100) : 1;
  }();
  return patience * factor;
}

void become_ordinary_user(const std::string& group) {
  if (!group.empty()) write_file(group + "/cgroup.procs", "0");
  if (::setgroups(0, nullptr) == -1) throw_errno({"setgroups"});
  if (::setresgid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == -1) throw_errno({"setresgid"});
  if (::setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == -1) throw_errno({"setresuid"});
}

pid_t launch(const Launch& launch) {
  bp::environment environment;
  for (const std::string& entry : launch.environment) {
    const size_t equals = entry.find('=');
    environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  std::string program = launch.words.front();
  if (program.find('/') == program.npos) program = find_program(program);
  if (program.empty()) throw_errno({"run ", launch.words.front()}, ENOENT);
  const std::vector<std::string> arguments(launch.words.begin() + 1, launch.words.end());
  const auto before_exec = [&](auto&) {
    // The program inherits stdin, stdout and stderr only: no descriptor of the harness or of Boost.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    if (launch.left_open != -1) ::fcntl(launch.left_open, F_SETFD, 0);
    if (launch.ordinary_user) become_ordinary_user(launch.group);
  };
  bp::child child(bp::exe = program, bp::args = arguments, environment,
                  bp::std_in<launch.in, bp::std_out> launch.out, bp::std_err > launch.err,
                  bp::extend::on_exec_setup = before_exec);
  const pid_t pid = child.id();
  child.detach();  // wait_for_end() waits for it: bp::child::wait() has no deadline
  return pid;
}

std::optional<int> wait_for_end(pid_t pid, Milliseconds patience) {
  const Fd handle = open_pidfd(pid);
  if (!handle) throw_errno({"wait for process ", std::to_string(pid)}, ESRCH);
  pollfd entry{.fd = handle.get(), .events = POLLIN, .revents = 0};
  if (::poll(&entry, 1, static_cast<int>(patient(patience).count())) <= 0) return std::nullopt;
  int status = 0;
  if (::waitpid(pid, &status, 0) == -1) throw_errno({"waitpid"});
  return status;
}

}  // namespace stepbox
