// Step 3. What is mounted: /proc/self/mountinfo, read. (proc(5))
#ifndef STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_
#define STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_

#include <string>
#include <vector>

namespace stepbox {

struct MountEntry {
  int id = 0;
  std::string root;     // the directory of the file system that is shown: "/", mostly
  std::string target;   // where it is mounted
  std::string type;     // "ext4", "cgroup2", …
  std::string options;  // of the file system: "rw,cpu,cpuacct"
};

// All mounts of this process's mount namespace, in the order they were made.
// Throws system_error when /proc is not there.
std::vector<MountEntry> read_mountinfo();

// Takes down all mounts at or below `directory`, the last one first; not those whose ids are in
// `spared`. For destructors: says what fails, throws nothing.
void unmount_below(const std::string& directory, const std::vector<int>& spared);

// One line of it; `\040` and the like become the characters that they stand for.
MountEntry parse_mountinfo(const std::string& line);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_
