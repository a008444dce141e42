#include "07-unionfs/oci/state.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "07-unionfs/resources/group_freezing.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

using nlohmann::json;

// The members of the record.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Hook, path, args, env, timeout)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OciSeccomp, flags, listener, metadata)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OciState, version, id, oci_version, bundle, rootfs, pid,
                                   start_time, boot, created, cgroup, scope, seccomp, filter,
                                   process, poststart, poststop, annotations)

namespace {

constexpr char kMaking[] = "making";  // the name of the FIFO until create is done
std::string g_root;                   // --root

[[noreturn]] void throw_unknown(const std::string& id) {
  throw Failure(join({"container \"", id, "\" does not exist"}), {}, 1);
}

// A name that is a single component of a path.
void check_id(const std::string& id) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
  const bool valid = !id.empty() && id.size() <= 1024 && id != "." && id != ".." &&
                     id.find_first_not_of(kAllowed) == std::string::npos;
  if (!valid) throw Failure(join({"invalid container ID '", id, "'"}), "letters, digits, _ + - .");
}

std::string directory_of(const std::string& id) {
  check_id(id);
  return join({oci_root(), "/", id});
}

std::string file_of(const std::string& id, const char* name) {
  return join({directory_of(id), "/", name});
}

// Only a missing file is not there: delete --force must not pass over what it may not look at.
bool is_there(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) throw_errno({"look for ", path});
  return false;
}

const std::string& boot_id() {
  static const std::string id = read_file("/proc/sys/kernel/random/boot_id");
  return id;
}

// Of /proc/PID/stat: in clock ticks since the boot (proc(5)).
constexpr size_t kStartTime = 22;

// Of another version: what is needed to end the container.
OciState as_foreign_state(const json& object, const std::string& id) {
  OciState state;
  state.id = id;
  state.pid = object.at("pid");
  state.start_time = object.at("start_time");
  state.boot = object.at("boot");
  state.cgroup = object.at("cgroup");
  return state;
}

// By name root only: a name service is out of reach of a static program (getpwuid(3)).
std::string owner_of(const std::string& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_uid == 0 ? "root" : "#" + std::to_string(status.st_uid);
}

json as_specified(const OciState& state, OciStatus status) {
  json object{{"ociVersion", state.oci_version},
              {"id", state.id},
              {"status", name_of(status == OciStatus::kPaused ? OciStatus::kRunning : status)},
              {"bundle", state.bundle}};
  if (status != OciStatus::kStopped) object["pid"] = state.pid;
  if (!state.annotations.empty()) object["annotations"] = state.annotations;
  return object;
}

}  // namespace

void set_oci_root(const std::string& path) { g_root = std::filesystem::absolute(path); }

std::string oci_root() {
  if (!g_root.empty()) return g_root;
  const std::string top = run_top();
  return join({top.empty() ? "/run" : top, "/stepbox-oci"});
}

const char* name_of(OciStatus status) {
  constexpr const char* kNames[] = {"creating", "created", "running", "paused", "stopped"};
  return kNames[static_cast<int>(status)];
}

FileLock make_oci_directory(const std::string& id) {
  make_directories(oci_root(), 0711);
  const std::string directory = directory_of(id);
  if (::mkdir(directory.c_str(), 0711) == -1) {
    if (errno != EEXIST) throw_errno({"make ", directory});
    throw Failure(join({"container with id exists: ", id}), "choose another ID, or delete it", 1);
  }
  return lock_file(file_of(id, "lock"), LockRank::kOci);
}

FileLock lock_oci_container(const std::string& id) {
  try {
    return lock_file(file_of(id, "lock"), LockRank::kOci);
  } catch (const std::system_error&) {  // delete has removed it, perhaps while we waited
    if (is_oci_container(id)) throw;
  }
  throw_unknown(id);
}

bool is_oci_container(const std::string& id) { return is_there(directory_of(id)); }

// Each verb waits for the lock, so that one who tries it is in nobody's way. The file is missing
// just after the directory was made, and just before it is removed.
bool is_locked(const std::string& id) {
  const Fd file(::open(file_of(id, "lock").c_str(), O_RDONLY | O_CLOEXEC));
  return !file || ::flock(file.get(), LOCK_SH | LOCK_NB) == -1;
}

void save(const OciState& state) {
  replace_file(file_of(state.id, "state.json"), json(state).dump() + "\n", 0600);
}

OciState load_oci_state(const std::string& id, bool to_remove) {
  const std::string path = file_of(id, "state.json");
  if (!is_there(path)) {
    if (!to_remove) throw_unknown(id);
    OciState state;  // kill -9 of create, before it has made anything but the directory
    state.id = id;
    return state;
  }
  try {
    const json object = json::parse(read_file(path));
    if (object.at("version") == OciState().version) return object;
    if (to_remove) return as_foreign_state(object, id);
  } catch (const json::exception&) {
    throw Failure(join({"read ", path, ": it is damaged"}),
                  "end the container's processes, and remove its directory");
  }
  throw Failure(join({"read ", path, ": of another version of stepbox-oci"}),
                "delete the container with that one, or with delete --force");
}

static std::string checksum_of(const CallFilter& filter) {
  return std::to_string(std::hash<CallFilter>()(filter));
}

void save_filter(OciState& state, const CallFilter& filter) {
  state.filter = checksum_of(filter);
  replace_file(file_of(state.id, "filter"), filter, 0600);
}

CallFilter load_filter(const OciState& state) {
  if (state.filter.empty()) return {};
  const std::string path = file_of(state.id, "filter");
  CallFilter filter = read_file(path);
  if (checksum_of(filter) != state.filter) throw Failure(join({"read ", path, ": it is damaged"}));
  return filter;
}

std::string start_fifo_of(const std::string& id) { return file_of(id, "start"); }

Fd make_start_fifo(const std::string& id) {
  const std::string path = file_of(id, kMaking);
  if (::mkfifo(path.c_str(), 0600) == -1) throw_errno({"make ", path});
  Fd start(::open(path.c_str(), O_RDWR | O_CLOEXEC));  // so a read never finds its end
  if (!start) throw_errno({"open ", path});
  return start;
}

void allow_start(const std::string& id) {
  const std::string path = start_fifo_of(id);
  if (::rename(file_of(id, kMaking).c_str(), path.c_str()) == -1) throw_errno({"make ", path});
}

void identify(OciState& state, pid_t pid) {
  state.pid = pid;
  state.start_time = stat_fields(pid).at(kStartTime);
  state.boot = boot_id();
}

// The descriptor is opened first: what is compared afterwards belongs to the same process.
// LAB: process
Fd open_oci_process(const OciState& state) {
  if (state.pid == 0 || state.boot != boot_id()) return Fd();
  Fd process = open_pidfd(state.pid);
  try {
    if (!process) return process;
    const std::vector<std::string> fields = stat_fields(state.pid);
    const bool ended = fields.at(3) == "Z" || fields.at(3) == "X";
    if (!ended && fields.at(kStartTime) == state.start_time) return process;
  } catch (const std::system_error&) {  // it ended just now
  }
  return Fd();
}

OciStatus status_of(const OciState& state) { return status_of(state, open_oci_process(state)); }

OciStatus status_of(const OciState& state, const Fd& process) {
  const bool unfinished = state.pid == 0 || is_there(file_of(state.id, kMaking));
  if (unfinished && is_locked(state.id)) return OciStatus::kCreating;
  if (!process) return OciStatus::kStopped;
  if (unfinished) return OciStatus::kCreating;  // kill -9 has ended create just before its end
  if (are_frozen(open_oci_freezers(state.cgroup))) return OciStatus::kPaused;
  // The process has the FIFO open until execve(2); without a reader this fails with ENXIO.
  const Fd start(::open(start_fifo_of(state.id).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  return start ? OciStatus::kCreated : OciStatus::kRunning;
}

std::string state_for_hooks(const OciState& state, OciStatus status) {
  return as_specified(state, status).dump();
}

void run_hooks(const std::vector<Hook>& hooks, const OciState& state, OciStatus status) {
  if (!hooks.empty()) run_hooks(hooks, state_for_hooks(state, status));
}

void try_hooks(const std::vector<Hook>& hooks, const OciState& state, OciStatus status) {
  if (!hooks.empty()) try_hooks(hooks, state_for_hooks(state, status));
}

std::string state_for_user(const OciState& state, OciStatus status) {
  json object = as_specified(state, status);
  object["status"] = name_of(status);
  object["pid"] = status == OciStatus::kStopped ? 0 : state.pid;
  object["rootfs"] = state.rootfs;
  object["created"] = as_timestamp(state.created);
  object["owner"] = owner_of(directory_of(state.id));
  return object.dump(2) + "\n";
}

void remove_oci_directory(const std::string& id) {
  const std::string directory = directory_of(id);
  std::error_code error;
  const auto is_done = [&] { return std::filesystem::remove_all(directory, error), !error; };
  if (wait_until(1, is_done)) return;  // a verb that waits for the lock may make it once more
  throw_errno({"remove ", directory}, error.value());
}

std::vector<std::string> all_oci_ids() {
  std::vector<std::string> ids;
  if (!is_there(oci_root())) return ids;
  for (const auto& entry : std::filesystem::directory_iterator(oci_root())) {
    if (entry.is_directory()) ids.push_back(entry.path().filename());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace stepbox
