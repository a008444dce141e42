#include "07-unionfs/oci/engine.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

void parse_value(const std::string& text, Natural& count) {
  const auto number = parse_number(text);
  if (!number || *number < 0 || *number > INT32_MAX) {
    throw Failure(join({"'", text, "' is not a whole number of 0 or more"}));
  }
  count.number = static_cast<int>(*number);
}

std::string parse_for_id(CommandLine& cli, int argc, char** argv) {
  cli.parse_mixed(argc, argv);
  std::string id = cli.take("ID");
  cli.end();
  return id;
}

void add_options(CommandLine& cli, OciFiles& files) {
  cli.option("--console-socket", "PATH", files.console_socket,
             "Send the terminal's master to this socket");
  cli.option("--preserve-fds", "N", files.preserved, "Keep N descriptors from 3 on open");
}

// A variable of sd_listen_fds(3) as a number; 0: none.
static int64_t number_in(const char* name) {
  const char* text = std::getenv(name);
  return text ? parse_number(text).value_or(0) : 0;
}

void close_callers_files(OciFiles& files) {
  if (number_in("LISTEN_PID") == ::getpid()) {
    files.listening = static_cast<int>(std::clamp<int64_t>(number_in("LISTEN_FDS"), 0, 1 << 20));
  }
  const int preserved = files.preserved.number += files.listening;
  for (int fd = 3; fd - 3 < preserved; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      throw Failure(join({"--preserve-fds: descriptor ", std::to_string(fd), " is not open"}));
    }
  }
  if (::close_range(3U + static_cast<unsigned>(preserved), ~0U, 0) == -1) {
    throw_errno({"close the caller's files"});
  }
}

int leave(Child child) {
  child.process().handle.close();
  return 0;
}

int wait_for(Child& child, OciFiles& files) {
  files.relay.serve(child.process());
  return child.wait();
}

// ENOSYS: a kernel without keys; EDQUOT: the user has too many; then the caller's stays.
void make_session_keyring(const std::string& id) {
  const std::string name = "_ses." + id;
  if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str()) != -1) return;
  if (errno != ENOSYS && errno != EDQUOT) throw_errno({"make a session keyring"});
}

// The parent closes its end of the pipes when it ends; ours are closed here, so that it sees that
// all is done. From now on this process is a child of the engine's. The container's filter may be
// in force, and older ones deny close_range(2). close_callers_files() has left low numbers only:
// with 64 that are not open in a row, none is open. (256 cost 0.3 ms.)
void outlive_creator(const Fd& start, int preserved) {
  constexpr int kMostUnused = 64;
  if (::prctl(PR_SET_PDEATHSIG, 0) == -1) throw_errno({"outlive the creator"});
  for (int fd = 3 + preserved, unused = 0; unused < kMostUnused; ++fd) {
    if (fd != start.get()) unused = ::close(fd) == 0 ? 0 : unused + 1;
  }
}

// LAB: start
void wait_for_start(const Fd& start) {
  char byte;
  ssize_t got;
  do {
    got = ::read(start.get(), &byte, 1);
  } while (got == -1 && errno == EINTR);
  if (got != 1) throw_errno({"wait for start"});
}

void fail_start(const Fd& start, const std::exception& error) {
  const std::string text = message_of(error);
  [[maybe_unused]] const ssize_t written = ::write(start.get(), text.data(), text.size());
  ::_exit(report(error));
}

void write_pid_file(const std::string& path, pid_t pid) {
  if (!path.empty()) replace_file(path, std::to_string(pid));
}

OciState state_of(const OciConfig& config, const std::string& id) {
  OciState state;
  state.id = id;
  state.oci_version = config.version;
  state.bundle = config.bundle;
  state.rootfs = config.root;
  state.created = ::time(nullptr);
  state.seccomp = config.seccomp;
  state.process = config.process_text;
  state.poststart = config.hooks.poststart;
  state.poststop = config.hooks.poststop;
  state.annotations = config.annotations;
  return state;
}

CallFilter compile_filter(const OciConfig& config, OciState& state) {
  if (config.seccomp.rules.empty()) return {};
  const auto& capabilities = config.process->capabilities;
  CallFilter filter =
      filter_of(config.seccomp.rules, capabilities ? capabilities->bounding : CapabilitySet{});
  save_filter(state, filter);
  return filter;
}

// The record has the scope before it begins: if both processes are killed then, it stays without
// one.
static Child keep_scope(const OciConfig& config, OciState& state) {
  state.scope = scope_of(config.cgroups_path, state.id);
  save(state);
  Child keeper = spawn({}, [] { return ::pause(); });
  try {
    state.cgroup = start_scope(state.scope, config.cgroups_path, keeper.pid());
  } catch (...) {
    state.scope.clear();  // it may be another container's
    throw;
  }
  save(state);
  return keeper;
}

std::optional<Child> choose_groups(const CreateOptions& options, const OciConfig& config,
                                   OciState& state) {
  if (options.systemd) return keep_scope(config, state);
  const std::string path = oci_group_path(config.cgroups_path, state.id);
  if (!oci_group_members(open_oci_groups(path)).empty()) {
    throw Failure(join({"config.json: linux.cgroupsPath: ", path, " is not empty"}));
  }
  state.cgroup = path;
  save(state);
  return std::nullopt;
}

void erase_container(const OciState& state) {
  const Fd process = open_oci_process(state);
  if (process) send_signal(process, SIGKILL);
  // Thaws them: KILL has no effect on a frozen process of v1.
  const std::vector<std::string> left = remove_oci_groups(state.cgroup);
  stop_scope(state.scope);
  const auto has_ended = [&] { return !process || !open_oci_process(state); };
  if (!wait_until(10, has_ended)) {
    throw Failure(join({"delete container ", state.id, ": its process does not end"}),
                  "the kernel holds it, or one that nobody waits for; delete it again later");
  }
  for (const std::string& group : left) {
    if (!exists(group)) continue;
    if (::access((group + "/..").c_str(), W_OK) == -1) continue;  // never ours to remove
    throw Failure(join({"delete container ", state.id, ": cgroup ", group, " is left"}),
                  "delete it again later");
  }
  remove_oci_directory(state.id);
}

void abandon_container(const OciState& state) {
  try {
    erase_container(state);
  } catch (const std::exception& error) {
    warn({message_of(error)});
  }
  try_hooks(state.poststop, state, OciStatus::kStopped);
}

}  // namespace stepbox
