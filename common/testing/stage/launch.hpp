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

// The deadline for an event that is expected at once.
constexpr Milliseconds kPatience{10'000};

// `patience` times the environment variable STEPBOX_PATIENCE, which slow machines set (1 to 100).
Milliseconds patient(Milliseconds patience);

// The id of the ordinary user in tests; /etc/passwd does not have it.
constexpr uid_t kOrdinaryUser = 54321;

struct Launch {
  std::vector<std::string> words = {};  // the program and its arguments
  std::vector<std::string> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};  // NAME=VALUE
  std::string in = "/dev/null";  // files that become stdin, stdout and stderr
  std::string out = "/dev/null";
  std::string err = "/dev/null";
  bool ordinary_user = false;
  std::string group = {};  // a v2 cgroup: the ordinary user's process starts in it
  int left_open = -1;      // a descriptor that it inherits, as from a caller without O_CLOEXEC
};

// Starts the program in the background. Its output goes to files: with a pipe, a program would
// block when the pipe is full, and a reader would wait for each grandchild that inherited it.
// Throws system_error when there is no such program.
pid_t launch(const Launch& launch);

// Changes the process to the ordinary user, irrevocably; before that, moves it to `group`, unless
// that is empty. Called in a child, before exec.
void become_ordinary_user(const std::string& group);

// Waits until the child `pid` has ended, reaps it, and returns its status (waitpid(2)). Returns
// nothing if it still runs after patient(patience).
std::optional<int> wait_for_end(pid_t pid, Milliseconds patience);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_LAUNCH_HPP_
