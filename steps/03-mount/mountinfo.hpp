// Step 3. What is mounted: /proc/self/mountinfo, read. (proc(5))
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
  std::string source;   // "/dev/sda1"; kMountSource for what we have mounted ourselves
  std::string options;  // of the file system: "rw,cpu,cpuacct"
};

// All mounts of this process's mount namespace, or another's, in the order they were made.
// Throws system_error when /proc is not there.
std::vector<MountEntry> read_mountinfo(const std::string& process = "self");

// Takes down all mounts at or below `directory`, the last one first; not those whose ids are in
// `spared`. For destructors: says what fails, throws nothing.
void unmount_below(const std::string& directory, const std::vector<int>& spared);

// Takes down what a killed step 3, or a killed container with --share mount, has left below a
// rootfs of this host: those are known by the source of their /proc. Not where somebody lives: the
// rootfs directories `in_use`. Says what fails. (leftovers.cpp)
void unmount_leftovers(const std::vector<std::string>& in_use);

// One line of it; `\040` and the like become the characters that they stand for.
MountEntry parse_mountinfo(const std::string& line);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_MOUNTINFO_HPP_
