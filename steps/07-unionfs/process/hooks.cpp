#include "07-unionfs/process/hooks.hpp"

#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "07-unionfs/process/environment.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/openers.hpp"

namespace stepbox {

// [child] Its stdin is a file in memory with the state: no hook that does not read can block us. In
// a process group of its own, so that all of it can be killed.
static int become_hook(const Hook& hook, const Fd& state) {
  ::setpgid(0, 0);
  ::dup2(state.get(), STDIN_FILENO);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // --preserve-fds is for the command
  const std::vector<std::string> args =
      hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args;
  restore_signal_mask();
  ::execve(hook.path.c_str(), as_pointers(args).data(), as_pointers(hook.env).data());
  throw_errno({"exec ", hook.path});
}

static void run_hook(const Hook& hook, const std::string& state) {
  const Fd file = open_memfd("state");
  if (::write(file.get(), state.data(), state.size()) == -1) throw_errno({"write the state"});
  ::lseek(file.get(), 0, SEEK_SET);
  Child child = spawn({}, [&] { return become_hook(hook, file); });
  const Fd& process = child.process().handle;
  const int signal = wait_for_input(process, hook.timeout > 0 ? 1000 * hook.timeout : -1);
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, 0) == 0) {
    ::kill(-child.pid(), SIGKILL);
    send_signal(process, SIGKILL);  // it may not have made its group yet
    child.wait();
    if (signal != 0) throw Failure(join({"hook ", hook.path, ": interrupted"}));
    throw Failure(
        join({"hook ", hook.path, ": not done within ", std::to_string(hook.timeout), " s"}));
  }
  if (const int status = child.wait(); status != 0) {
    throw Failure(join({"hook ", hook.path, ": exit status ", std::to_string(status)}));
  }
}

void run_hooks(const std::vector<Hook>& hooks, const std::string& state) {
  for (const Hook& hook : hooks) run_hook(hook, state);
}

void try_hooks(const std::vector<Hook>& hooks, const std::string& state) {
  for (const Hook& hook : hooks) {
    try {
      run_hook(hook, state);
    } catch (const std::exception& error) {
      warn({message_of(error)});
    }
  }
}

}  // namespace stepbox
