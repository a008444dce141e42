// Step 7. What the verbs of `stepbox-oci` share: their command lines, and the two acts.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_ENGINE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_ENGINE_HPP_

#include <optional>
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "04-namespaces/namespaces.hpp"
#include "06-network/gate.hpp"
#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/console/terminal_relay.hpp"
#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/oci/state.hpp"
#include "common/cli.hpp"
#include "common/fd.hpp"

namespace stepbox {

// A whole number of 0 or more.
struct Natural {
  int number = 0;
};
void parse_value(const std::string& text, Natural& count);

// Where the files of a process come from, beside those that it opens itself.
struct OciFiles {
  bool detach = false;         // the runtime does not wait for it
  std::string console_socket;  // --console-socket: gets the terminal's master, else `relay`
  TerminalRelay relay;
  Natural preserved;  // descriptors from 3 on: --preserve-fds, and as many as `listening`
  int listening = 0;  // those of LISTEN_FDS (sd_listen_fds(3))
};
void add_options(CommandLine& cli, OciFiles& files);

// [parent] Called first: closes the caller's files but stdin, stdout, stderr and the preserved
// ones. A directory of the host that stays open would lead out of the container (CVE-2024-21626).
// Throws Failure if fewer are open.
void close_callers_files(OciFiles& files);

// What create and run are told, beside the config.
struct CreateOptions {
  std::string id;
  std::string bundle = ".";
  std::string pid_file;
  bool no_pivot = false;
  bool no_new_keyring = false;
  bool systemd = false;  // it makes the groups
  OciFiles files;
};

// [parent] Act one. Makes the container; its process waits for start. main.cpp has it.
using Creator = Child (*)(CreateOptions& options);

// Calls the verb that the command line names. Returns the exit status. Errors go to stderr and to
// the file of --log, in its format.
int dispatch_oci(int argc, char** argv, Creator create);

// Whether a namespace has a path.
bool has_paths(const OciConfig& config);

// Joins the namespaces that have a path, but those of mounts and time. For spawn_joined().
void join_namespaces(const OciConfig& config);

// The CLONE_NEW* flags of the new namespaces, without those that the child makes itself: cgroup and
// time.
int flags_for_clone(const OciConfig& config);

// [child] A new cgroup namespace, when the groups are joined; the time namespace.
void make_late_namespaces(const OciConfig& config);

// [child] Joins a mount namespace that has a path: the root changes with it.
void join_mount_namespace(const OciConfig& config);

// [child] Brings the loopback device of a new network namespace up; engines expect that.
void start_loopback(const OciConfig& config);

// [child] Host name and domain name.
void set_names(const OciConfig& config);

// The ranges as words of a uid_map.
IdMap as_map(const std::vector<OciIdRange>& ranges);

// [parent] Writes the id maps of the child's user namespace, if it is new.
void write_oci_id_maps(pid_t child, const OciConfig& config);

// [child] A session keyring of its own; otherwise it could read the caller's keys (keyrings(7)).
void make_session_keyring(const std::string& id);

// [child] The end of act one: create returns, this process stays. Closes all descriptors but stdin,
// stdout, stderr, `start` and `preserved` ones from 3 on.
void outlive_creator(const Fd& start, int preserved);

// [child] Waits until `start` has written a byte to the FIFO.
void wait_for_start(const Fd& start);

// [child] After that: reports an error to `start` through the FIFO, and exits.
[[noreturn]] void fail_start(const Fd& start, const std::exception& error);

// Writes a pid to a file, whole or not at all; does nothing if `path` is empty.
void write_pid_file(const std::string& path, pid_t pid);

// The record of a new container.
OciState state_of(const OciConfig& config, const std::string& id);

// [parent] Compiles the filter, and keeps it for exec.
CallFilter compile_filter(const OciConfig& config, OciState& state);

// [parent] Sets the path of a new container's groups, and saves the record: delete finds them even
// after kill -9. Throws Failure if processes are in them. With --systemd-cgroup the scope begins
// here; returns the process that keeps it until the container's has joined.
std::optional<Child> choose_groups(const CreateOptions& options, const OciConfig& config,
                                   OciState& state);

// Ends what is left of a container: processes, groups, directory. Throws Failure if a process does
// not end: then the directory stays.
void erase_container(const OciState& state);

// The same for one that could not be made, and its hooks. Throws nothing: a warning.
void abandon_container(const OciState& state);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_ENGINE_HPP_
