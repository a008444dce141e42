// exec: runs a command in a running container.
#include <fcntl.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "07-unionfs/console/console.hpp"
#include "07-unionfs/console/daemon.hpp"
#include "07-unionfs/console/terminal_relay.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/process/joining.hpp"
#include "07-unionfs/process/process_setup.hpp"
#include "07-unionfs/process/sealed_program.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

struct ExecOptions {
  bool detach = false;
  bool privileged = false;
  ProcessOptions process;
  ConsoleOptions console;
  AttachOptions attach;
};

// [child] Joins the container.
static int container(const Options& options, const RunningGroups& cgroup,
                     const Confinement& confinement, const Console& console,
                     const ContainerNamespaces& namespaces) {
  cgroup.join();
  namespaces.join();
  become_root_inside();
  console.open_inside(false);
  confinement.apply(enter_process(options.process, options.console.tty));
  return exec_command(options.command);
}

// [parent] Runs the command and returns its exit status. `fanout`: null in the foreground.
static int run(const Record& record, const Fd& process, OutputFanout* fanout, Caller* caller) {
  const RunningGroups cgroup(record.id);
  const ContainerNamespaces namespaces(process, record.pid);
  const Confinement confinement(record.options.confinement);
  Console console(record.options.console, fanout);
  set_oom_score(record.options.process.oom_score);
  namespaces.join_before_clone();
  Child child = spawn({.cgroup_fd = cgroup.fd()}, [&] {
    return container(record.options, cgroup, confinement, console, namespaces);
  });
  if (caller && child.wait_for_exec()) caller->release();
  return console.serve(child);
}

// With -t or -d: under a daemon that stays with the command, as a monitor does.
static int run_detached(const Record& record, const Fd& process, const ExecOptions& options) {
  AttachOptions attached = options.attach;
  attached.tty = options.console.tty;
  attached.input = attached.end_input = options.console.interactive;
  if (!options.detach) check_terminal(attached);
  Connection line;
  if (options.detach) line.theirs.close();
  const Daemon daemon({process.get(), line.theirs.get()}, [&](Caller& caller) {
    OutputFanout fanout(std::move(line.theirs));
    fanout.window = own_window();
    fanout.tell_exit(run(record, process, &fanout, &caller));
  });
  line.theirs.close();
  const Fd monitor = daemon.wait_until_released();
  return options.detach ? 0 : attach(line.ours, monitor, attached).value_or(kKilled);
}

int verb_exec(int argc, char** argv) {
  ExecOptions options;
  std::string reference;
  std::vector<std::string> command;
  {
    VerbLine cli("exec [OPTIONS] CONTAINER COMMAND [ARG...]", "exec box /bin/sh");
    cli.flag("-d,--detach", options.detach, "Run the command in the background");
    cli.flag("--privileged", options.privileged, "Run the command without confinement");
    add_exec_options(cli, options.process);
    add_options(cli, options.console);
    add_options(cli, options.attach);
    cli.parse(argc, argv);
    reference = cli.take("CONTAINER");
    command = cli.take_all("COMMAND");
  }
  recover_container_records();
  Record record = find_container(reference);
  record.options.command = command;
  override(record.options.process, options.process);
  record.options.console = options.console;
  const Fd process = open_process(record);
  if (!process) {
    throw Failure("container " + reference + " is not running",
                  "start it: step7 start " + reference, 1);
  }
  if (record.paused) {
    throw Failure("container " + reference + " is paused", "let it go on: unpause " + reference, 1);
  }
  wait_until_running(record.id);
  if (!is_parents_program(record.pid)) run_from_sealed_copy();
  if (options.privileged) record.options.confinement.privileged = true;
  if (options.detach || record.options.console.tty) return run_detached(record, process, options);
  if (!record.options.console.interactive) close_input();
  return run(record, process, nullptr, nullptr);
}

}  // namespace stepbox
