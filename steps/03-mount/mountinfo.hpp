// Step 3. The mounts of a mount namespace, read from /proc/PID/mountinfo. (proc(5))
#ifndef STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_
#define STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_

#include <string>
#include <vector>

namespace stepbox {

struct MountEntry {
  int id = 0;
  int parent = 0;       // the mount that it is mounted on
  std::string device;   // of the file system: "98:0"
  std::string root;     // the directory of the file system that is shown: "/", mostly
  std::string target;   // where it is mounted
  std::string type;     // "ext4", "cgroup2", …
  std::string source;   // "/dev/sda1"; kMountSource for a mount of stepbox
  std::string options;  // of the file system: "rw,cpu,cpuacct"
};

// All mounts that `process` (a pid) sees, in the order they were made.
// Throws system_error when /proc is not mounted, or the process has ended.
std::vector<MountEntry> read_mountinfo(const std::string& process = "self");

// Unmounts all mounts at or below `directory`, in reverse order, but for those whose ids are in
// `spared`. For destructors: warns of failures, does not throw.
void unmount_below(const std::string& directory, const std::vector<int>& spared);

// Parses one line; escapes such as `\040` become the characters that they stand for.
MountEntry parse_mountinfo(const std::string& line);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_
