#include "07-unionfs/oci/command.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "01-clone/process.hpp"
#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/confinement/confinement.hpp"
#include "07-unionfs/console/pty.hpp"
#include "07-unionfs/process/environment.hpp"
#include "07-unionfs/process/user.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/process/exec_hint.hpp"

namespace stepbox {

namespace {

// Engines decide between 126 and 127 by the words of these messages.
std::string find_executable(const std::string& name) {
  const std::string program = search_path(name);
  if (is_executable(program)) return program;
  const bool denied = errno == EACCES, is_path = name.find('/') != name.npos;
  const std::string reason = denied    ? "permission denied"
                             : is_path ? "stat " + name + ": no such file or directory"
                                       : "executable file not found in $PATH";
  throw Failure(join({"exec: \"", name, "\": ", reason}), {}, denied ? kCannotRun : kNoCommand);
}

void set_environment(const OciProcess& process, int listening) {
  ::clearenv();
  for (const std::string& variable : process.env) {
    const size_t equals = variable.find('=');
    ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  if (!std::getenv("HOME")) ::setenv("HOME", home_of(process.uid).c_str(), 1);
  if (listening <= 0) return;
  ::setenv("LISTEN_FDS", std::to_string(listening).c_str(), 1);
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
}

// Lets the user open /dev/stdout and its like by name. Not the host's devices: /dev/null, or a
// terminal that is not the container's own. EPERM in a user namespace that does not map the id.
void give_files_to(uid_t uid, bool own_terminal) {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status;
    if (::fstat(fd, &status) == -1 || status.st_uid == uid) continue;
    if (own_terminal || !S_ISCHR(status.st_mode)) {
      [[maybe_unused]] const int done = ::fchown(fd, uid, static_cast<gid_t>(-1));
    }
  }
}

void enter_directory(const std::string& path) {
  if (::chdir(path.c_str()) == -1) throw_errno({"chdir to cwd (\"", path, "\")"});
  check_working_directory();
}

// The label that the kernel gives to the program at execve(2). `module`: its folder in
// /proc/PID/attr.
void set_label(const char* module, const std::string& text) {
  if (text.empty()) return;
  const std::string own = join({"/proc/self/attr/", module, "exec"});
  const std::string path = exists(own) ? own : "/proc/self/attr/exec";
  write_file(path, text);
}

}  // namespace

OciCommand::OciCommand(const OciProcess& process, OciFilter filter, OciFiles& files, bool first)
    : process_(process), files_(files), first_(first), filter_(std::move(filter)) {
  const std::string& socket = files.console_socket;
  if (!process.terminal && !socket.empty()) {
    throw Failure("cannot use console socket if the process gets no tty");
  }
  if (process.terminal && files.detach && socket.empty()) {
    throw Failure("cannot allocate tty if stepbox-oci will detach without setting console socket");
  }
  if (process.terminal) console_ = socket.empty() ? files.relay.open() : connect_to_socket(socket);
  if (!process.capabilities) return;
  if (const CapabilitySet missing = process.capabilities->bounding & ~own_capabilities()) {
    warn({"process.capabilities: cannot be given:", names_of(missing, " ")});
  }
}

void OciCommand::allow(pid_t child) const {
  for (const Ulimit& limit : process_.rlimits) allow_limit(child, limit);
  if (!process_.oom_score_adj) return;
  write_file(join({"/proc/", std::to_string(child), "/oom_score_adj"}),
             std::to_string(*process_.oom_score_adj));
}

void OciCommand::schedule(pid_t child) const {
  if (process_.scheduler) set_scheduler(child, *process_.scheduler);
  if (process_.io_priority) set_io_priority(child, *process_.io_priority);
}

void OciCommand::prepare() const {
  if (!process_.apparmor_profile.empty()) {
    // Many kernels contain the module, and it is not enabled.
    const char* enabled = "/sys/module/apparmor/parameters/enabled";
    if (!exists(enabled) || !read_file(enabled).starts_with('Y')) {
      throw Failure("process.apparmorProfile: this kernel has no AppArmor");
    }
    set_label("apparmor/", "exec " + process_.apparmor_profile);
  }
  if (!process_.selinux_label.empty()) {
    if (!exists("/sys/fs/selinux/enforce")) {
      throw Failure("process.selinuxLabel: SELinux is not enabled");
    }
    set_label("", process_.selinux_label);
  }
}

void OciCommand::enter() {
  if (console_) {
    const winsize size{process_.rows, process_.columns, 0, 0};
    const bool given = size.ws_row != 0 && size.ws_col != 0;
    become_terminal(console_, given ? size : own_window(), first_);
  } else {
    ::setsid();
  }
  give_files_to(process_.uid, process_.terminal);
  set_environment(process_, files_.listening);
  enter_directory(process_.cwd);
  for (const Ulimit& limit : process_.rlimits) set_limit(limit);
  if (process_.no_new_privileges) forbid_new_privileges();
  if (!process_.no_new_privileges) filter_.install();
  User user{process_.uid, process_.gid, process_.additional_gids, {}};
  become(user, process_.capabilities.value_or(ProcessCapabilities{}));
  ::umask(process_.umask.value_or(022));
  program_ = find_executable(process_.args.front());
  if (filter_.has_listener()) filter_.install();
}

// All descriptors of this program are close-on-exec; close_callers_files() has closed the others.
void OciCommand::exec() {
  std::vector<char*> argv = as_pointers(process_.args);
  restore_signal_mask();
  filter_.install();
  ::execve(program_.c_str(), argv.data(), environ);
  const int error = errno;
  throw Failure(join({"exec ", program_, ": ", std::generic_category().message(error)}),
                hint_of_exec(program_, error), error == ENOENT ? kNoCommand : kCannotRun);
}

}  // namespace stepbox
