// Step 7. What `stepbox-oci` remembers of a container between two calls: ROOT/ID/state.json.
//
//   ROOT/ID/lock         held by each verb that works on the container
//   ROOT/ID/state.json   written whole, or not at all
//   ROOT/ID/filter       the compiled filter of system calls, for exec
//   ROOT/ID/start        a FIFO: the container's process waits for a byte in it. It is called
//                        `making` until create is done, and start removes it.
//
// No process of ours stays beside a container, so nobody holds a lock while it runs. A process is
// found again by three numbers: pid, start time and the boot's id.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_STATE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_STATE_HPP_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/process/hooks.hpp"
#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// The directory of all containers: --root, else stepbox-oci in run_top().
void set_oci_root(const std::string& path);
std::string oci_root();

struct OciState {
  int version = 1;  // of this record
  std::string id;
  std::string oci_version;
  std::string bundle;
  std::string rootfs;
  pid_t pid = 0;  // 0: it is being made
  std::string start_time;
  std::string boot;
  int64_t created = 0;  // seconds since 1970
  std::string cgroup;   // the path of its groups (oci_group_path())
  std::string scope;    // the unit of systemd that has them (scope_of()); empty: none
  OciSeccomp seccomp;   // without its rules
  std::string filter;   // the checksum of ROOT/ID/filter; empty: there is none
  std::string process;  // JSON of process, for exec
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;
  std::map<std::string, std::string> annotations;
};

enum class OciStatus { kCreating, kCreated, kRunning, kPaused, kStopped };
const char* name_of(OciStatus status);

// Makes the directory of a new container, and returns its lock. Throws Failure if the id is in
// use, or is no name: letters, digits, and _+-. only.
FileLock make_oci_directory(const std::string& id);

// Locks an existing container; waits up to 10 s. Throws Failure: `container does not exist`.
FileLock lock_oci_container(const std::string& id);

// Whether there is one, perhaps without a record.
bool is_oci_container(const std::string& id);

// Whether a verb holds its lock: it is being made, changed or deleted.
bool is_locked(const std::string& id);

void save(const OciState& state);

// Throws Failure as lock_oci_container() does, and for a record that is damaged or of another
// version. With `to_remove`: without a record it is empty, and of another version it has process
// and groups.
OciState load_oci_state(const std::string& id, bool to_remove = false);

// The filter of the container. load_filter() throws Failure if it is not the one that was saved.
void save_filter(OciState& state, const CallFilter& filter);
CallFilter load_filter(const OciState& state);

// The FIFO, opened; allow_start() gives it its name, start_fifo_of(): create is done.
Fd make_start_fifo(const std::string& id);
void allow_start(const std::string& id);
std::string start_fifo_of(const std::string& id);

// Fills in what identifies the process `pid`.
void identify(OciState& state, pid_t pid);

// The container's process, empty if it has ended. Throws system_error.
Fd open_oci_process(const OciState& state);

// `process`: the container's, from open_oci_process().
OciStatus status_of(const OciState& state, const Fd& process);
OciStatus status_of(const OciState& state);

// The state as the specification has it: for hooks and the verb `state`, which wants more of it.
std::string state_for_hooks(const OciState& state, OciStatus status);
std::string state_for_user(const OciState& state, OciStatus status);

// Those of process/hooks.hpp, with that state.
void run_hooks(const std::vector<Hook>& hooks, const OciState& state, OciStatus status);
void try_hooks(const std::vector<Hook>& hooks, const OciState& state, OciStatus status);

// Removes the directory and all that is in it.
void remove_oci_directory(const std::string& id);

// The ids of all containers, sorted.
std::vector<std::string> all_oci_ids();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_STATE_HPP_
