// exec: another process in a running container.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "07-unionfs/oci/command.hpp"
#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/process/joining.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

struct ExecOptions {
  bool terminal = false;
  bool no_new_privileges = false;
  bool ignore_paused = false;
  std::string process;  // a file
  std::string pid_file;
  std::string cwd;
  std::string user;  // UID[:GID]
  std::string apparmor;
  std::string label;
  std::vector<std::string> env;
  std::vector<std::string> capabilities;
  std::vector<Natural> groups;
  OciFiles files;
};

void add_options(CommandLine& cli, ExecOptions& options) {
  cli.list("-g,--additional-gids", "GID", options.groups, "Add this group");
  cli.option("--apparmor", "PROFILE", options.apparmor, "Set the AppArmor profile");
  cli.list("-c,--cap", "CAP", options.capabilities, "Add this capability");
  cli.option("--cwd", "DIR", options.cwd, "Run it in this directory");
  cli.flag("-d,--detach", options.files.detach, "Return when the process runs");
  cli.list("-e,--env", "NAME=VALUE", options.env, "Set a variable");
  cli.flag("--ignore-paused", options.ignore_paused, "Also in a paused container");
  cli.flag("--no-new-privs", options.no_new_privileges, "Let no program add privileges");
  cli.option("--pid-file", "FILE", options.pid_file, "Write the process's id to this file");
  add_options(cli, options.files);
  cli.option("-p,--process", "FILE", options.process, "Read the process from this JSON file");
  cli.option("--process-label", "LABEL", options.label, "Set the SELinux label");
  cli.flag("-t,--tty", options.terminal, "Give it a terminal");
  cli.option("-u,--user", "UID[:GID]", options.user, "Run it as this user");
}

uint32_t as_id(const std::string& text) {
  Natural count;
  parse_value(text, count);
  return static_cast<uint32_t>(count.number);
}

CapabilitySet as_set(const std::vector<std::string>& names) {
  std::vector<Capability> capabilities(names.size());
  for (size_t i = 0; i < names.size(); ++i) parse_value(names[i], capabilities[i]);
  return named(capabilities);
}

// What a process file does not name is the container's.
OciProcess completed(OciProcess process, const OciProcess& own) {
  if (!process.capabilities) process.capabilities = own.capabilities;
  if (!process.oom_score_adj) process.oom_score_adj = own.oom_score_adj;
  if (process.rlimits.empty()) process.rlimits = own.rlimits;
  if (!process.scheduler) process.scheduler = own.scheduler;
  if (!process.io_priority) process.io_priority = own.io_priority;
  if (process.apparmor_profile.empty()) process.apparmor_profile = own.apparmor_profile;
  if (process.selinux_label.empty()) process.selinux_label = own.selinux_label;
  return process;
}

// The container's own process with what the options change.
OciProcess process_of(const ExecOptions& options, const OciState& state,
                      const std::vector<std::string>& command) {
  OciProcess process = parse_process(state.process);
  if (!options.process.empty()) {
    return completed(parse_process(read_file(options.process)), process);
  }
  process.args = command;
  process.terminal = options.terminal;
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (!options.apparmor.empty()) process.apparmor_profile = options.apparmor;
  if (!options.label.empty()) process.selinux_label = options.label;
  if (!options.user.empty()) {
    const std::vector<std::string> ids = split(options.user, ':');
    process.uid = as_id(ids[0]);
    if (ids.size() > 1) process.gid = as_id(ids[1]);
  }
  for (const Natural& group : options.groups) {
    process.additional_gids.push_back(static_cast<gid_t>(group.number));
  }
  for (const std::string& variable : options.env) {
    if (variable.find('=') == variable.npos) throw Failure("'" + variable + "' is not NAME=VALUE");
  }
  process.env.insert(process.env.end(), options.env.begin(), options.env.end());
  process.no_new_privileges = process.no_new_privileges || options.no_new_privileges;
  const CapabilitySet added = as_set(options.capabilities);
  if (added == 0) return process;
  if (!process.capabilities) process.capabilities.emplace();
  for (CapabilitySet* set : {&process.capabilities->bounding, &process.capabilities->effective,
                             &process.capabilities->permitted}) {
    *set |= added;
  }
  return process;
}

// [child] A v2 group with controllers for the groups below it takes no process (EBUSY); then the
// first process has moved into one of these (cgroups(7), "no internal processes").
void join_group(const GroupDirectory& group, const OciState& state) {
  try {
    group.join();
  } catch (const std::system_error&) {
    const std::string all = read_file(join({"/proc/", std::to_string(state.pid), "/cgroup"}));
    const size_t found = all.find("0::" + state.cgroup + "/");
    if (!group.hierarchy().v2 || found == all.npos) throw;
    const size_t below = found + 3 + state.cgroup.size();
    const std::string rest = all.substr(below, all.find('\n', below) - below);
    write_file(join({group.path(), rest, "/cgroup.procs"}), "0");
  }
}

// [child] Joins the container, and becomes the command.
int container(std::vector<GroupDirectory>& groups, const ContainerNamespaces& namespaces,
              OciCommand& command, const ExecOptions& options, const OciProcess& process,
              Gate& allowed, const OciState& state, bool in_group) {
  if (process.initial_cpus) set_cpus(*process.initial_cpus);
  for (const GroupDirectory& group : groups) {
    if (!in_group || !group.hierarchy().v2) join_group(group, state);
  }
  groups.clear();  // directories of the host
  if (process.final_cpus) set_cpus(*process.final_cpus);
  allowed.wait();
  make_session_keyring(state.id);
  command.prepare();
  namespaces.join();
  become_root_inside();
  command.enter();
  // Again: a change of user has cleared it (prctl(2)).
  ::prctl(PR_SET_PDEATHSIG, options.files.detach ? 0 : SIGKILL);
  command.exec();
}

int run(ExecOptions& options, const OciState& state, const OciProcess& process) {
  const Fd first = open_oci_process(state);
  const OciStatus status = status_of(state, first);
  if (!first) throw Failure("cannot exec in a stopped container");
  if (status == OciStatus::kCreating) {
    throw Failure("cannot exec in a container that is being created");
  }
  if (status == OciStatus::kPaused && !options.ignore_paused) {
    throw Failure("cannot exec in a paused container", "use --ignore-paused to override");
  }
  std::vector<GroupDirectory> groups = open_oci_groups(state.cgroup);
  OciFilter filter(state.seccomp, load_filter(state));
  OciCommand command(process, std::move(filter), options.files, false);
  const ContainerNamespaces namespaces(first, state.pid);
  Gate allowed;
  Child child = spawn_joined(
      namespaces.has_users(), [&] { namespaces.join_before_clone(); },
      {.cgroup_fd = process.initial_cpus ? -1 : group_to_start_in(groups)},
      [&](bool in_group) {
        return container(groups, namespaces, command, options, process, allowed, state, in_group);
      });
  command.allow(child.pid());
  command.schedule(child.pid());
  allowed.open();
  command.filter().pass_listener(child, state, OciStatus::kRunning);
  if (!child.wait_for_exec()) child.wait();  // throws the child's error
  write_pid_file(options.pid_file, child.pid());
  return options.files.detach ? leave(std::move(child)) : wait_for(child, options.files);
}

}  // namespace

int oci_exec(int argc, char** argv, Creator) {
  ExecOptions options;
  CommandLine cli("exec [OPTIONS] ID [COMMAND] [ARG...]", "exec ID /bin/sh");
  add_options(cli, options);
  cli.parse(argc, argv);
  const std::string id = cli.take("ID");
  const std::vector<std::string> command = cli.take_rest();
  if (command.empty() && options.process.empty()) throw UsageError("no COMMAND given");
  close_callers_files(options.files);
  const OciState state = load_oci_state(id);
  return run(options, state, process_of(options, state, command));
}

}  // namespace stepbox
