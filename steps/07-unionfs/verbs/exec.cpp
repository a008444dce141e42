// exec: one more command in a container that runs. (setns(2), pidfd_open(2))
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "07-unionfs/enter.hpp"
#include "07-unionfs/holders.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

// The namespaces of process `pid` that are not ours already, as CLONE_NEW* flags.
// (Nobody may join the user namespace that he is in.)
static int foreign_namespaces(const std::string& pid) {
  constexpr std::pair<const char*, int> kKinds[] = {
      {"user", CLONE_NEWUSER},    {"mnt", CLONE_NEWNS},  {"uts", CLONE_NEWUTS},
      {"ipc", CLONE_NEWIPC},      {"pid", CLONE_NEWPID}, {"net", CLONE_NEWNET},
      {"cgroup", CLONE_NEWCGROUP}};
  int flags = 0;
  for (const auto& [name, flag] : kKinds) {
    struct stat ours, theirs;
    const std::string path = join({"/proc/", pid, "/ns/", name});
    if (::stat(join({"/proc/self/ns/", name}).c_str(), &ours) == -1)
      throw_errno({"open ", name, " namespace"});
    if (::stat(path.c_str(), &theirs) == -1) throw_errno({"open ", path});
    if (ours.st_ino != theirs.st_ino) flags |= flag;
  }
  return flags;
}

static void join_namespaces(const Fd& process, int flags, const std::string& pid) {
  if (flags == 0) return;
  explain({"nsenter --target ", pid, namespace_options(flags)});
  if (::setns(process.get(), flags) == -1) throw_errno({"join the namespaces of process ", pid});
}

// Inside, on the way in.
static int container(const Options& options, const Cgroup& cgroup, const Confinement& confinement,
                     const Fd& process, int flags, const std::string& pid) {
  cgroup.join();
  const std::string root = join({"/proc/", pid, "/root"});
  const Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw_errno({"open ", root});
  join_namespaces(process, flags, pid);
  explain({"chroot ", root});
  if (::fchdir(directory.get()) == -1 || ::chroot(".") == -1) throw_errno({"chroot to ", root});
  confinement.apply(enter_process(options));
  return exec_command(options.command);
}

int verb_exec(int argc, char** argv, Runner) {
  bool privileged = false;
  CommandLine cli("exec [OPTIONS] CONTAINER COMMAND [ARG...]", "exec box /bin/sh");
  cli.flag("--privileged", privileged, "Confine nothing: this command has all of root's rights");
  add_store_option(cli);
  cli.parse(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  const std::vector<std::string> command = cli.take_all("COMMAND");
  settle();
  Record record = find_container(reference);
  record.options.command = command;
  const Fd process = open_process(record);
  if (!process) {
    throw Failure("container " + reference + " is not running", "start it: start " + reference);
  }
  wait_until_running(record.id);
  const std::string pid = std::to_string(record.pid);
  const Cgroup cgroup = Cgroup::existing(record.id);
  if (privileged) record.options.confinement.privileged = true;
  const Confinement confinement(record.options.confinement);
  const int flags = foreign_namespaces(pid);
  // The PID namespace counts for children only. Who is not root first needs the user namespace.
  const int first = flags & (CLONE_NEWPID | CLONE_NEWUSER);
  join_namespaces(process, first, pid);
  Child child = spawn({.cgroup_fd = cgroup.fd()}, [&] {
    return container(record.options, cgroup, confinement, process, flags & ~first, pid);
  });
  return child.wait();
}

}  // namespace stepbox
