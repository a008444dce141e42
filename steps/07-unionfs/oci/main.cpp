// stepbox-oci: the container of step 7, in two acts, for an engine. (runtime-spec, runtime.md)
//
//   sudo podman --runtime $PWD/stepbox-oci run --rm -it busybox sh
//
// create: the container is built, and its process waits. start: it becomes the command. No process
// of ours stays: the container's process is a child of the engine's monitor, which waits for it.
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "07-unionfs/oci/bundle.hpp"
#include "07-unionfs/oci/command.hpp"
#include "07-unionfs/oci/engine.hpp"
#include "07-unionfs/process/joining.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

using namespace stepbox;

// Points at which parent and child wait for each other.
struct Gates {
  Gate maps;     // the parent has written the id maps
  Gate mounted;  // the child has made the mounts
  Gate hooked;   // the parent has run the engine's hooks
};

// [child] Builds the container around itself; waits for start; becomes the command.
static int container(const CreateOptions& options, const OciConfig& config,
                     std::vector<GroupDirectory>& groups, OciCommand& command,
                     MountSources& sources, Gates& gates, const Fd& start, OciState state,
                     bool in_group) {
  join_groups(groups, in_group);  // first: the limits hold from here on
  gates.maps.wait();
  sources.receive();
  make_late_namespaces(config);
  become_root_inside();
  if (!options.no_new_keyring) make_session_keyring(options.id);
  ::prctl(PR_SET_DUMPABLE, 0);  // unreadable for other processes of the container until execve(2)
  start_loopback(config);
  set_sysctls(config);  // by the host's /proc: a mount namespace that is joined has its own
  join_mount_namespace(config);
  begin_mounts(config);
  mount_all(config, groups, sources);
  groups.clear();  // directories of the host
  gates.mounted.open();
  gates.hooked.wait();
  state.pid = ::getpid();  // as these hooks see it
  run_hooks(config.hooks.create_container, state, OciStatus::kCreating);
  mask_paths(config);
  command.prepare();
  enter_root(config, options.no_pivot);
  set_names(config);
  if (config.personality) ::personality(*config.personality);
  // LAB: acts
  command.enter();                                         // drops privileges
  outlive_creator(start, options.files.preserved.number);  // create returns
  wait_for_start(start);
  try {
    run_hooks(config.hooks.start_container, state, OciStatus::kCreated);
    command.exec();
  } catch (const std::exception& error) {
    fail_start(start, error);
  }
  // LAB: end
}

// [parent] Waits until the child has made the mounts; throws the child's error if it has not.
static void wait_for_mounts(Gate& mounted, Child& child) {
  try {
    mounted.wait();
  } catch (const Failure&) {
    send_signal(child.process().handle, SIGKILL);  // it is ending; or it waits for us
    child.wait();                                  // throws the reason
    throw;
  }
}

// [parent] Makes the container; if that fails, nothing of it is left.
static Child build(CreateOptions& options, const OciConfig& config, OciState& state) {
  const bool limited = !config.resources.empty();
  std::optional<Child> keeper = choose_groups(options, config, state);
  std::vector<GroupDirectory> groups = make_oci_groups(state.cgroup, limited);
  for (const GroupDirectory& group : groups) {  // systemd removes empty ones of v1
    if (keeper) group.set("cgroup.procs", std::to_string(keeper->pid()));
  }
  set_oci_resources(groups, config.resources, state.scope);
  const Fd start = make_start_fifo(state.id);
  OciFilter filter(config.seccomp, compile_filter(config, state));
  OciCommand command(*config.process, std::move(filter), options.files, true);
  Gates gates;
  MountSources sources(config);
  const SpawnSettings settings{.namespaces = flags_for_clone(config),
                               .cgroup_fd = group_to_start_in(groups)};
  Child child = spawn_joined(
      has_paths(config), [&] { join_namespaces(config); }, settings,
      [&](bool in_group) {
        return container(options, config, groups, command, sources, gates, start, state, in_group);
      });
  write_oci_id_maps(child.pid(), config);
  identify(state, child.pid());
  save(state);
  command.allow(child.pid());
  sources.open_for(child.pid());
  gates.maps.open();
  sources.wait();
  wait_for_mounts(gates.mounted, child);
  keeper.reset();
  run_hooks(config.hooks.prestart, state, OciStatus::kCreating);
  run_hooks(config.hooks.create_runtime, state, OciStatus::kCreating);
  command.schedule(child.pid());
  gates.hooked.open();
  command.filter().pass_listener(child, state, OciStatus::kCreating);
  if (!child.wait_for_exec()) child.wait();  // throws the child's error
  write_pid_file(options.pid_file, child.pid());
  allow_start(state.id);
  return child;
}

// [parent] Act one.
static Child create(CreateOptions& options) {
  close_callers_files(options.files);
  const OciConfig config = read_config(options.bundle);
  if (!config.process) throw Failure("config.json: process: it is needed");
  const FileLock lock = make_oci_directory(options.id);
  OciState state = state_of(config, options.id);
  try {
    return build(options, config, state);
  } catch (...) {
    abandon_container(state);
    throw;
  }
}

int main(int argc, char** argv) { return dispatch_oci(argc, argv, create); }
