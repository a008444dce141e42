// Step 7. /proc, /sys and /dev as in step 3, and what is the container's own, or another's, in
// them; and the processes of another container.
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_SYSTEM_MOUNTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_SYSTEM_MOUNTS_HPP_

#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "07-unionfs/sharing/sharing_options.hpp"

namespace stepbox {

// A container's groups, which it sees in /sys/fs/cgroup.
struct GroupView {
  std::vector<GroupDirectory> groups;  // none: nothing is mounted
  bool writable = false;               // with --privileged
};

// [child] mount_basics() of step 3; then /dev/shm as asked, --device, and /sys/fs/cgroup. Joins the
// IPC namespace of another container. Throws Failure, system_error.
void mount_system(const std::string& root, const SharingOptions& options,
                  const Namespaces& namespaces, const GroupView& view);

// [parent] From now on children are made in the PID namespace of another container, if asked for;
// the destructor ends that. (pid_namespaces(7), setns(2))
class JoinedPids {
 public:
  explicit JoinedPids(const NamespaceMode& mode);
  ~JoinedPids();
  JoinedPids(const JoinedPids&) = delete;

 private:
  Fd own_;
};

// [parent] As spawn() of step 1, with the child in the PID namespace that --pid names:
//   spawn(joining(options.sharing, {…}), [&] { … })
struct JoiningSettings {
  const SharingOptions& sharing;
  SpawnSettings settings;
};
inline JoiningSettings joining(const SharingOptions& sharing, const SpawnSettings& settings) {
  return {sharing, settings};
}
template <class Function>
Child spawn(const JoiningSettings& joining, Function function) {
  const JoinedPids pids(joining.sharing.pid);
  return spawn(joining.settings, function);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_SYSTEM_MOUNTS_HPP_
