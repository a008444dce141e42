// --init: the smallest process 1 that does its duty.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "01-clone/signals.hpp"
#include "04-namespaces/namespaces.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

void start_init(const Namespaces& namespaces) {
  if (!namespaces.init) return;
  explain({"tini -s -- sh -c '…'"});
  // Orphans come to us, even if --share pid keeps us from being process 1.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t pid = ::fork();
  if (pid == -1) throw_errno({"fork"});
  if (pid == 0) return;

  // With a handler they are not made KILL by our parent, but reach us, and we pass them on.
  for (int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::signal(signal, [](int) {});
  ::close_range(3, ~0U, 0);  // the locks and pipes of our parent are not for us to hold
  int killed_by = 0;
  const int status = forward_signals(pid, false, &killed_by);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status));
}

}  // namespace stepbox
