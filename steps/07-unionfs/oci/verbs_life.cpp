// create, start, run, kill, delete.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <map>

#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/process/hooks.hpp"
#include "07-unionfs/process/signal_names.hpp"
#include "07-unionfs/resources/group_freezing.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

static void add_options(CommandLine& cli, CreateOptions& options) {
  cli.option("-b,--bundle", "DIR", options.bundle, "The directory with config.json (.)");
  cli.flag("--no-new-keyring", options.no_new_keyring, "Keep the caller's session keyring");
  cli.flag("--no-pivot", options.no_pivot, "Move the root instead of pivot_root(2)");
  cli.option("--pid-file", "FILE", options.pid_file, "Write the process's id to this file");
  add_options(cli, options.files);
  cli.flag("--systemd-cgroup", options.systemd, "Make groups through systemd");
}

int oci_create(int argc, char** argv, Creator create) {
  CreateOptions options;
  CommandLine cli("create [OPTIONS] ID", "create --bundle BUNDLE ID");
  add_options(cli, options);
  options.id = parse_for_id(cli, argc, argv);
  options.files.detach = true;
  leave(create(options));
  return 0;
}

// Waits for execve(2), which closes the process's descriptor of the FIFO; returns what the process
// has written before: an error, if it did not come to that.
static std::string wait_for_exec(const Fd& answers) {
  const Fd signals = open_signalfd({SIGTERM, SIGINT, SIGHUP, SIGQUIT});
  pollfd watched[] = {{answers.get(), 0, 0}, {signals.get(), POLLIN, 0}};
  while (::poll(watched, 2, -1) == -1 && errno == EINTR) continue;
  if (watched[0].revents == 0) return "interrupted";  // no POLLHUP: there is a writer
  char text[4096];
  const ssize_t got = ::read(answers.get(), text, sizeof text);
  return std::string(text, got > 0 ? static_cast<size_t>(got) : 0);
}

// Lets the command begin. `answers`: the FIFO, whose name is removed.
static OciState let_begin(const std::string& id, Fd& answers) {
  const FileLock lock = lock_oci_container(id);
  OciState state = load_oci_state(id);
  const OciStatus status = status_of(state);
  if (status == OciStatus::kStopped) throw Failure("cannot start a container that has stopped");
  if (status == OciStatus::kRunning) throw Failure("cannot start an already running container");
  if (status != OciStatus::kCreated) {
    throw Failure(join({"cannot start a container in the ", name_of(status), " state"}));
  }
  const std::string path = start_fifo_of(id);
  answers = Fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const Fd start(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!answers || !start || ::write(start.get(), "", 1) != 1) throw_errno({"start container ", id});
  ::unlink(path.c_str());
  return state;
}

// Act two. The lock is free while hooks run: they may take long, and may call other verbs.
static void start_container(const std::string& id) {
  Fd answers;
  const OciState state = let_begin(id, answers);
  const std::string error = wait_for_exec(answers);
  if (!error.empty()) throw Failure(join({"start container ", id, ": ", error}));
  try_hooks(state.poststart, state, OciStatus::kRunning);
}

int oci_start(int argc, char** argv, Creator) {
  CommandLine cli("start ID", "start ID");
  const std::string id = parse_for_id(cli, argc, argv);
  start_container(id);
  return 0;
}

// With `force` also one that runs, and one that kill -9 of create has left without a whole record.
static void delete_container(const std::string& id, bool force) {
  const FileLock lock = lock_oci_container(id);
  const OciState state = load_oci_state(id, force);
  const OciStatus status = status_of(state);
  if (!force && (status == OciStatus::kRunning || status == OciStatus::kPaused)) {
    throw Failure(join({"cannot delete container ", id, " that is not stopped: ", name_of(status)}),
                  "kill it first, or use --force");
  }
  erase_container(state);
  try_hooks(state.poststop, state, OciStatus::kStopped);
}

int oci_run(int argc, char** argv, Creator create) {
  CreateOptions options;
  bool keep = false;
  CommandLine cli("run [OPTIONS] ID", "run --bundle BUNDLE ID");
  add_options(cli, options);
  cli.flag("-d,--detach", options.files.detach, "Return when the command runs");
  cli.flag("--keep", keep, "Do not delete the container when it has ended");
  options.id = parse_for_id(cli, argc, argv);
  Child child = create(options);
  try {
    start_container(options.id);
  } catch (...) {
    delete_container(options.id, true);
    throw;
  }
  if (options.files.detach) return leave(std::move(child));
  const int status = wait_for(child, options.files);
  if (!keep) delete_container(options.id, true);
  return status;
}

// To the others. A pidfd first, then the list once more: a pid that is in both was a member's.
static void send_to_members(const std::vector<GroupDirectory>& groups, pid_t first, int number) {
  std::map<pid_t, Fd> members;
  for (const pid_t pid : oci_group_members(groups)) members[pid] = open_pidfd(pid);
  members.erase(first);
  for (const pid_t pid : oci_group_members(groups)) {
    if (members.contains(pid) && members[pid]) send_signal(members[pid], number);
  }
}

static void send(const OciState& state, int number, bool all) {
  const Fd process = open_oci_process(state);
  if (!process && !all) throw Failure("container not running", {}, 1);
  if (process && !send_signal(process, number)) {
    if (errno == ESRCH) throw Failure("container not running", {}, 1);
    throw_errno({"send a signal to container ", state.id});
  }
  const std::vector<GroupDirectory> groups = open_oci_groups(state.cgroup);
  const bool frozen = are_frozen(groups);
  if (all) {
    // A frozen process cannot make another one, which would be missed.
    if (!frozen && find_freezer(groups)) freeze_groups(groups, true);
    send_to_members(groups, state.pid, number);
  }
  // In a v1 tree a frozen process does not even die.
  if (find_freezer(groups) && (frozen ? number == SIGKILL : all)) freeze_groups(groups, false);
}

int oci_kill(int argc, char** argv, Creator) {
  bool all = false;
  Signal signal{SIGTERM};
  CommandLine cli("kill [OPTIONS] ID [SIGNAL]", "kill ID KILL");
  cli.flag("-a,--all", all, "Send it to all processes of the container");
  cli.parse_mixed(argc, argv);
  const std::string id = cli.take("ID");
  const std::vector<std::string> rest = cli.take_rest();
  if (!rest.empty() && rest[0] == "0") {
    signal.number = 0;  // kill(2): is it there?
  } else if (!rest.empty()) {
    parse_value(rest[0], signal);
  }
  const FileLock lock = lock_oci_container(id);
  send(load_oci_state(id), signal.number, all);
  return 0;
}

int oci_delete(int argc, char** argv, Creator) {
  bool force = false;
  CommandLine cli("delete [OPTIONS] ID", "delete --force ID");
  cli.flag("-f,--force", force, "Kill it, if it has not ended");
  const std::string id = parse_for_id(cli, argc, argv);
  try {
    delete_container(id, force);
  } catch (const Failure&) {
    if (!force || is_oci_container(id)) throw;  // one that is not there: as runc
  }
  return 0;
}

}  // namespace stepbox
