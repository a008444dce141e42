// Step 7. config.json of an OCI bundle, as a C++ value. (opencontainers/runtime-spec, config.md)
//
//   const OciConfig config = read_config(bundle);
//
// Members that are missing, null or empty are not asked for. Unknown members are ignored. A member
// of a wrong type, or with an invalid value, is refused with its JSON path:
//   config.json: linux.namespaces[2].type: 'nets' is no namespace
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_HPP_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/process/hooks.hpp"
#include "07-unionfs/process/scheduling.hpp"
#include "07-unionfs/process/ulimits.hpp"
#include "07-unionfs/storage/device_nodes.hpp"
#include "07-unionfs/storage/mount_options.hpp"

namespace stepbox {

// `size` ids from `inside` on are those from `outside` on, on the host.
struct OciIdRange {
  uint32_t inside = 0;
  uint32_t outside = 0;
  uint32_t size = 0;
};

struct OciMount {
  std::string destination;  // absolute, in the container, without "..", links are possible
  std::string type;         // a file system; of no meaning for a bind mount
  std::string source;       // of a bind mount: absolute; a relative one was below the bundle
  MountOptions options;     // MS_BIND with type "bind", too; map_ids with mappings, too
  std::vector<OciIdRange> uid_maps;  // empty, and map_ids: those of the user namespace
  std::vector<OciIdRange> gid_maps;
  bool is_bind() const { return options.flags & MS_BIND; }
};

// A new namespace, or, with a path, an existing one to join.
struct OciNamespace {
  int flag = 0;  // CLONE_NEW*
  std::string path;
};

struct OciProcess {
  bool terminal = false;
  unsigned short rows = 0;  // consoleSize; 0: not given
  unsigned short columns = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> additional_gids;
  std::optional<mode_t> umask;
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string cwd;
  std::optional<ProcessCapabilities> capabilities;  // none: all five sets are empty
  std::vector<Ulimit> rlimits;                      // names in lower case without RLIMIT_: nofile
  bool no_new_privileges = false;
  std::optional<int> oom_score_adj;
  std::optional<Scheduler> scheduler;
  std::optional<IoPriority> io_priority;
  std::optional<cpu_set_t> initial_cpus;  // execCPUAffinity: of exec, before the cgroup
  std::optional<cpu_set_t> final_cpus;    // in it
  std::string apparmor_profile;
  std::string selinux_label;
};

struct OciHooks {
  std::vector<Hook> prestart;
  std::vector<Hook> create_runtime;
  std::vector<Hook> create_container;
  std::vector<Hook> start_container;
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;
};

struct OciSeccomp {
  std::string rules;     // JSON of linux.seccomp without the other members; empty: no filter
  unsigned flags = 0;    // of seccomp(2)
  std::string listener;  // listenerPath; empty: no call has the action SCMP_ACT_NOTIFY
  std::string metadata;  // listenerMetadata
};

struct OciConfig {
  std::string version;  // ociVersion
  std::string bundle;   // the bundle's directory, absolute
  std::string root;     // absolute
  bool read_only_root = false;
  std::string root_propagation;  // linux.rootfsPropagation
  std::string mount_label;       // SELinux's context of new file systems
  std::vector<OciMount> mounts;
  std::optional<OciProcess> process;
  std::string process_text;  // its JSON: exec takes from it what it is not told
  std::string hostname;
  std::string domainname;
  OciHooks hooks;
  std::map<std::string, std::string> annotations;

  std::vector<OciNamespace> namespaces;
  std::vector<OciIdRange> uid_maps;
  std::vector<OciIdRange> gid_maps;
  std::string time_offsets;  // the text for /proc/PID/timens_offsets
  std::vector<DeviceNode> devices;
  std::string cgroups_path;
  std::string resources;  // JSON of linux.resources (resources.hpp), empty: not given
  std::map<std::string, std::string> sysctl;  // by path below /proc/sys
  OciSeccomp seccomp;
  std::vector<std::string> masked_paths;
  std::vector<std::string> read_only_paths;
  std::optional<unsigned long> personality;  // for personality(2)

  // The namespace of this kind; null if the container shares the caller's.
  const OciNamespace* find_namespace(int flag) const;

  // Whether it has one that is not this process's: what it changes there is not the host's.
  bool has_own(int flag) const;
};

// Reads and checks BUNDLE/config.json. Throws Failure with the JSON path of what is wrong;
// system_error if the file cannot be read.
OciConfig read_config(const std::string& bundle);

// The same for the text of a config.json, with the bundle's absolute path.
OciConfig parse_config(const std::string& text, const std::string& bundle);

// Reads a process object by itself, as `exec --process FILE` gets one.
OciProcess parse_process(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_HPP_
