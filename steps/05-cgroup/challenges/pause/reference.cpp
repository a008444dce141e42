// pause COMMAND...: USR1 freezes it with all that it has started, USR2 thaws it. (cgroups(7))
#include <signal.h>
#include <sys/wait.h>

#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

using namespace stepbox;

static void set_frozen(const Group& group, bool frozen) {
  if (group.hierarchy().v2) return group.set("cgroup.freeze", frozen ? "1" : "0");
  const std::string state = frozen ? "FROZEN" : "THAWED";
  // The state stays FREEZING if a process just began to wait for its vfork(2) child.
  wait_until(1, [&] {
    group.set("freezer.state", state);
    return group.get("freezer.state") == state + "\n";
  });
}

// In v1 the freezer is a controller with a tree of its own; every v2 group can be frozen.
static Hierarchy find_freezer() {
  for (const Hierarchy& tree : all_hierarchies()) {
    if (tree.v2 || tree.has("freezer")) return {tree.v2, tree.base, {}};
  }
  throw Failure("no cgroup hierarchy here can freeze a group", "mount cgroup2");
}

static bool has_ended(pid_t pid) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid;
}

// Returns when the child has ended. block_signals() has blocked all of these.
static void obey(const Child& child, const Group& group) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) ::sigaddset(&set, number);
  while (!has_ended(child.pid())) {
    const int number = ::sigwaitinfo(&set, nullptr);
    if (number == SIGUSR1 || number == SIGUSR2) set_frozen(group, number == SIGUSR1);
    if (number == SIGTERM || number == SIGINT) {
      ::kill(child.pid(), number);
      set_frozen(group, false);  // what is frozen notices nothing
    }
  }
}

static int run(const std::vector<std::string>& command) {
  block_signals();
  const Group group(find_freezer(), new_id());
  Child child = spawn({}, [&] {
    group.join();
    return exec_command(command);
  });
  obey(child, group);
  return child.wait();
}

int main(int argc, char** argv) try {
  if (argc < 2) throw Failure("pause COMMAND [ARG...]");
  return run({argv + 1, argv + argc});
} catch (const std::exception& error) {
  return report(error);
}
