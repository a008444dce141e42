// Step 7. What the container has of the host and of other containers: --pid, --ipc, --uts,
// --cgroupns, --shm-size, --device. (namespaces(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_SHARING_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_SHARING_OPTIONS_HPP_

#include <memory>
#include <string>
#include <vector>

#include "04-namespaces/options.hpp"
#include "05-cgroup/options.hpp"
#include "07-unionfs/sharing/devices.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Whose namespace of one kind a container has.
struct NamespaceMode {
  std::string mode;             // empty: its own; host, container, and so on
  std::string container;        // of mode container: its id, once the container is created
  std::shared_ptr<Fd> process;  // a pidfd of its process 1, found before each start: not recorded
  bool is_containers() const { return mode == "container"; }
  std::string text() const;  // as docker shows it: "container:ID"
};
void parse_value(const std::string& text, NamespaceMode& mode);

struct SharingOptions {
  NamespaceMode pid;            // --pid
  NamespaceMode ipc;            // --ipc
  NamespaceMode uts;            // --uts
  NamespaceMode cgroup;         // --cgroupns
  Bytes shm_size{64 << 20};     // --shm-size
  std::vector<Device> devices;  // --device
};
void add_namespace_options(CommandLine& cli, SharingOptions& options);
void add_device_options(CommandLine& cli, SharingOptions& options);

// [parent] Adds the namespaces that are not the container's own to namespaces.shared. Throws
// UsageError for an unknown mode; Failure for one that needs root.
void share_namespaces(const SharingOptions& options, Namespaces& namespaces);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_SHARING_OPTIONS_HPP_
