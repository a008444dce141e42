#include "07-unionfs/process/joining.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

constexpr int kBeforeClone = CLONE_NEWPID | CLONE_NEWUSER;

Fd open_namespace(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw_errno({"open the namespace ", path});
  return file;
}

// setns(2) fails for the user namespace that the caller is in already, so only those count that
// differ.
static int foreign_namespaces(const std::string& pid) {
  int flags = 0;
  for (const auto& [name, flag] : kNamespaceKinds) {
    const std::string own = join({"/proc/self/ns/", name}),
                      path = join({"/proc/", pid, "/ns/", name});
    const std::string ours = read_link(own);  // "pid:[4026531836]"; stat(2) takes twice the time
    if (ours.empty() && flag == CLONE_NEWTIME) continue;  // before Linux 5.6
    if (ours.empty()) throw_errno({"read ", own});
    const std::string theirs = read_link(path);
    if (theirs.empty()) throw_errno({"read ", path});
    if (ours != theirs) flags |= flag;
  }
  return flags;
}

static void join_namespaces(const Fd& process, int flags, pid_t pid) {
  if (flags == 0) return;
  const std::string number = std::to_string(pid);
  explain({"nsenter --target ", number, namespace_options(flags)});
  if (::setns(process.get(), flags) == -1) throw_errno({"join the namespaces of process ", number});
}

ContainerNamespaces::ContainerNamespaces(const Fd& process, pid_t pid)
    : process_(process), pid_(pid), flags_(foreign_namespaces(std::to_string(pid))) {}

void ContainerNamespaces::join_before_clone() const {
  ::prctl(PR_SET_DUMPABLE, 0);  // until execve(2)
  join_namespaces(process_, flags_ & kBeforeClone, pid_);
}

void ContainerNamespaces::join() const {
  const std::string root = stepbox::join({"/proc/", std::to_string(pid_), "/root"});
  const Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw_errno({"open ", root});
  join_namespaces(process_, flags_ & ~kBeforeClone, pid_);
  explain({"chroot ", root});
  if (::fchdir(directory.get()) == -1 || ::chroot(".") == -1) throw_errno({"chroot to ", root});
}

void call_in_helper(int (*call)(void*), void* argument) {
  block_signals();  // not in the helper: its mask is not this process's
  constexpr size_t kStack = 1 << 18;
  // Not filled with zeros: 64 page faults, 1 ms where a hypervisor intercepts them.
  const auto stack = std::make_unique_for_overwrite<char[]>(kStack);
  const pid_t helper =
      ::clone(call, stack.get() + kStack, CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD, argument);
  if (helper == -1) throw_errno({"clone"});
  int status = 0;
  if (::waitpid(helper, &status, 0) == -1 || status != 0) {
    throw Failure("the process that joins the namespaces was killed");
  }
}

}  // namespace stepbox
