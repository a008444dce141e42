// rm: containers that have ended are forgotten, with all that they changed; with -f others are
// killed first.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "07-unionfs/holders.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

static void remove_container(const Record& record, bool force) {
  if (force) want_stop(record.id);  // whatever --restart says
  const Fd process = force ? open_process(record) : Fd();
  if (process) {
    explain({"kill -KILL ", std::to_string(record.pid)});
    ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
    wait_until_ended(record.id);
    settle_containers();
    if (record.options.remove) return;  // --rm: its holder has done it
  }
  Container(record.id).remove();
}

int verb_rm(int argc, char** argv, Runner) {
  bool force = false;
  CommandLine cli("rm [OPTIONS] CONTAINER...", "rm box");
  cli.flag("-f,--force", force, "Kill it first, if it is running");
  add_store_option(cli);
  cli.parse(argc, argv);
  settle();
  int status = 0;
  for (const std::string& reference : cli.take_all("CONTAINER")) {
    try {
      remove_container(find_container(reference), force);
      ::dprintf(STDOUT_FILENO, "%s\n", reference.c_str());
    } catch (const std::exception& error) {
      report(error);  // and go on: as docker does, each is tried
      status = 1;
    }
  }
  return status;
}

}  // namespace stepbox
