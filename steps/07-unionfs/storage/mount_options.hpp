// Step 7. The options of a mount, as mount(8) and the OCI runtime specification write them.
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_MOUNT_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_MOUNT_OPTIONS_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "common/mount_api.hpp"

namespace stepbox {

struct MountOptions {
  unsigned long flags = 0;        // MS_*, for mount(2); MS_BIND and MS_REC for rbind
  uint64_t set = 0;               // MOUNT_ATTR_*, for mount_setattr(2): the same flags
  uint64_t cleared = 0;           // those that an option takes away: rw, dev
  uint64_t set_below = 0;         // with all mounts below: rro, rnosuid
  uint64_t cleared_below = 0;     // rrw, rdev
  unsigned long propagation = 0;  // MS_PRIVATE …, with MS_REC if recursive
  bool copy_up = false;           // tmpcopyup: a tmpfs begins with the files that it hides
  bool map_ids = false;           // idmap, ridmap
  bool map_below = false;         // ridmap
  std::string data;               // all other options, for the file system
};

// Adds these options to `before`. The last of two contradicting ones counts. Never fails: unknown
// options are `data`.
MountOptions parse_mount_options(const std::vector<std::string>& options, MountOptions before = {});

// All options that are not `data`, sorted.
std::vector<std::string> mount_option_names();

// "rshared" as MS_SHARED | MS_REC; 0 if it is no propagation.
unsigned long propagation_of(const std::string& option);

// Sets the propagation of the mount at `path`, as the name of which `name` is told; 0: leaves it.
// Throws system_error.
void set_propagation(const std::string& path, const std::string& name, unsigned long flags);

// mount_setattr(2) of an open mount, and of those below it; does nothing if nothing is to change.
// Throws system_error.
void set_attributes(int fd, const std::string& name, const mount_attr& change, bool below);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_MOUNT_OPTIONS_HPP_
