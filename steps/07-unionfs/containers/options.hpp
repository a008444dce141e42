// Step 7. The options of `run`: those of the earlier steps, and those that step 7 adds.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_OPTIONS_HPP_

#include <string>
#include <vector>

#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/confinement/confinement.hpp"
#include "07-unionfs/console/console.hpp"
#include "07-unionfs/containers/restart_policy.hpp"
#include "07-unionfs/process/process_options.hpp"
#include "07-unionfs/resources/container_groups.hpp"
#include "07-unionfs/resources/container_network.hpp"
#include "07-unionfs/sharing/sharing_options.hpp"
#include "07-unionfs/storage/storage_options.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "07-unionfs/volumes/volume_options.hpp"
#include "common/cli.hpp"

namespace stepbox {

void parse_value(const std::string& text, StorageKind& kind);

struct Options {
  std::vector<ContainerVolume> volumes;
  Namespaces namespaces;
  ContainerLimits limits{{.cpus = {0}, .memory = {0}, .pids = {0}}};
  SharingOptions sharing;
  ContainerNetworkOptions network;
  ConfineOptions confinement;
  ProcessOptions process;
  std::vector<Tmpfs> tmpfs;
  VolumeOptions other_volumes;  // --mount, --volumes-from; not recorded, `volumes` has them
  ConsoleOptions console;
  RestartPolicy restart;                        // --restart
  std::string name;                             // --name; empty: generated
  bool remove = false;                          // --rm
  StorageKind storage = StorageKind::kOverlay;  // --storage
  std::string image;                            // as the user typed it
  bool is_rootfs = false;                       // --rootfs: that is a directory; not recorded
  LogOptions log;                               // --log-opt
  std::string platform;                         // --platform: checked once, not recorded
  std::vector<std::string> command;
};
void add_options(CommandLine& cli, Options& options);

// Those of them that its cgroups are made for.
inline GroupOptions group_options(const Options& options) {
  return {options.limits, options.sharing.devices, options.confinement.privileged};
}

// Those of them that decide how the container's root file system is made.
inline StorageOptions storage_options(const Options& options) {
  return {options.storage, options.remove, options.namespaces.user};
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_OPTIONS_HPP_
