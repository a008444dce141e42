// --init: a process 1 that reaps orphans and passes signals on.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "01-clone/signals.hpp"
#include "04-namespaces/namespaces.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/process/process_title.hpp"

namespace stepbox {

void start_init(const Namespaces& namespaces) {
  if (!namespaces.init) return;
  explain({"tini -s -- sh -c '…'"});
  // With --share pid this is not process 1: orphans become its children all the same (prctl(2)).
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Pipe hidden;  // closed by process 1 when the command may look at it
  const pid_t pid = ::fork();
  if (pid == -1) throw_errno({"fork"});
  if (pid == 0) {
    hidden.writer.close();
    char byte;
    [[maybe_unused]] const ssize_t end = ::read(hidden.reader.get(), &byte, 1);
    return;
  }

  replace_command_line("init");  // the container is not to see paths and names of the host

  // With a handler (see pass_on_signal()) the parent does not send KILL instead.
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::signal(signal, [](int) {});
  ::close_range(3, ~0U, 0);  // `hidden`; locks and pipes of the parent, which would outlive it
  SignalTarget command{pid, Fd()};  // a seccomp profile may lack pidfd_open(2)
  const int status = forward_signals(command, Reap::kAll);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status));
}

}  // namespace stepbox
