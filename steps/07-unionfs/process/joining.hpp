// Step 7. Joins the namespaces of a container that runs. setns(2), pidfd_open(2).
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_

#include <sched.h>
#include <sys/types.h>

#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "01-clone/process.hpp"
#include "common/fd.hpp"

namespace stepbox {

// The kinds of namespaces: the file in /proc/PID/ns, and the flag of clone(2). (namespaces(7))
constexpr std::pair<const char*, int> kNamespaceKinds[] = {
    {"user", CLONE_NEWUSER},     {"mnt", CLONE_NEWNS},   {"uts", CLONE_NEWUTS},
    {"ipc", CLONE_NEWIPC},       {"pid", CLONE_NEWPID},  {"net", CLONE_NEWNET},
    {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

// Opens such a file. Throws system_error.
Fd open_namespace(const std::string& path);

class ContainerNamespaces {
 public:
  // [parent] `process`: a pidfd of process `pid` of the container. Throws system_error.
  ContainerNamespaces(const Fd& process, pid_t pid);

  // [parent] Before spawn(): setns(2) moves only later children into a PID namespace. Without root
  // the others need the capabilities that the user namespace gives. Makes this process unreadable
  // for the container's processes, which would see the child in /proc at once (CVE-2016-9962).
  void join_before_clone() const;

  // Whether a user namespace is among them.
  bool has_users() const { return flags_ & CLONE_NEWUSER; }

  // [child] Joins the others; the container's root directory becomes that of this process.
  void join() const;

 private:
  const Fd& process_;
  pid_t pid_;
  int flags_ = 0;  // CLONE_NEW* of those that this process is not in
};

// [parent] Runs `call` in a helper process that shares this one's memory and descriptors, as after
// vfork(2), and waits for its end. Throws system_error, Failure.
void call_in_helper(int (*call)(void*), void* argument);

// [parent] spawn(), but `function` is told whether the child was made in the group of `settings`.
// The kernel refuses that at the group's limit of processes (EAGAIN), and if it has controllers for
// groups below (EBUSY); then the child is made in this process's group.
template <class Function>
Child spawn_in_group(SpawnSettings settings, Function function) {
  if (settings.cgroup_fd != -1) {
    try {
      return spawn(settings, [&] { return function(true); });
    } catch (const std::system_error&) {
      settings.cgroup_fd = -1;
    }
  }
  return spawn(settings, [&] { return function(false); });
}

// [parent] spawn_in_group() in the namespaces that `join` enters. With `helped` a helper process
// joins them and makes the child, so this process stays in its own: there is no way back from a
// user namespace (setns(2)). The child is this process's (CLONE_PARENT, clone(2)).
template <class Join, class Function>
Child spawn_joined(bool helped, Join join, SpawnSettings settings, Function function) {
  if (!helped) {
    join();
    return spawn_in_group(settings, function);
  }
  settings.namespaces |= CLONE_PARENT;
  std::optional<Child> child;
  std::exception_ptr error;
  auto task = [&] {
    try {
      join();
      child.emplace(spawn_in_group(settings, function));
    } catch (...) {
      error = std::current_exception();
    }
  };
  call_in_helper([](void* target) { return (*static_cast<decltype(task)*>(target))(), 0; }, &task);
  if (error) std::rethrow_exception(error);
  return std::move(*child);
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_JOINING_HPP_
