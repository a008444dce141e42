// Starting a program, and waiting for it with a deadline.
#ifndef STEPBOX_COMMON_TESTING_STAGE_LAUNCH_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_LAUNCH_HPP_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace stepbox {

using Milliseconds = std::chrono::milliseconds;

// For anything that ought to happen at once.
constexpr Milliseconds kPatience{10'000};

// The same on this machine: a slow one gets STEPBOX_PATIENCE times as long (environment).
Milliseconds patient(Milliseconds patience);

// An ordinary user, unknown to /etc/passwd.
constexpr uid_t kOrdinaryUser = 54321;

struct Launch {
  std::vector<std::string> words = {};  // the program and its arguments
  std::vector<std::string> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};  // NAME=VALUE
  std::string in = "/dev/null";  // files that become stdin, stdout and stderr
  std::string out = "/dev/null";
  std::string err = "/dev/null";
  bool ordinary_user = false;
  std::string group = {};  // a cgroup of v2, where the ordinary user starts it
  int left_open = -1;      // a file of ours that it inherits, as from a careless caller
};

// Starts it in the background. Output goes to files, not pipes: nothing blocks when nobody reads,
// and a grandchild that holds the file open delays nobody.
// Throws system_error when there is no such program.
pid_t launch(const Launch& launch);

// Becomes the ordinary user, for good; goes to `group` before, unless that is empty. In a child,
// before exec.
void become_ordinary_user(const std::string& group);

// Waits until the child `pid` has ended and takes its status (waitpid(2)); nothing after
// patient(patience), and the child runs on.
std::optional<int> wait_for_end(pid_t pid, Milliseconds patience);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_LAUNCH_HPP_
