#include "04-namespaces/namespaces.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <algorithm>

#include "02-chroot/chroot.hpp"
#include "03-mount/mountinfo.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr std::pair<const char*, int> kSharable[] = {
    {"uts", CLONE_NEWUTS}, {"pid", CLONE_NEWPID}, {"mount", CLONE_NEWNS},
    {"ipc", CLONE_NEWIPC}, {"net", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP}};

void parse_value(const std::string& text, NamespaceSet& set) {
  for (const std::string& word : split(text, ',')) {
    const auto* found = std::find_if(std::begin(kSharable), std::end(kSharable),
                                     [&](const auto& kind) { return word == kind.first; });
    if (found == std::end(kSharable)) {
      throw Failure(join({"no namespace is called '", word, "'"}),
                    "uts, pid, mount, ipc, net, cgroup");
    }
    set.flags |= found->second;
  }
}

void add_options(CommandLine& cli, Namespaces& namespaces) {
  cli.option("--hostname", "NAME", namespaces.hostname, "The container's host name");
  cli.option("--share", "NS[,NS]", namespaces.shared,
             "Keep the host's uts, pid, mount, ipc, net or cgroup namespace");
  cli.flag("--userns", namespaces.user, "Add a user namespace (always, when not root)");
  cli.flag("--init", namespaces.init, "Let a reaper be process 1, the command its child");
}

int Namespaces::flags() const {
  int all = user ? CLONE_NEWUSER : 0;
  for (const auto& [name, flag] : kSharable) all |= flag;
  return all & ~shared.flags;
}

void check(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWUTS) && !namespaces.hostname.empty()) {
    throw Failure("--hostname with --share uts would rename the host", "leave one of them out");
  }
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  if (namespaces.hostname.find_first_not_of(kAllowed) != std::string::npos ||
      namespaces.hostname.size() > 64) {
    throw Failure(join({"--hostname: '", namespaces.hostname, "' is no host name"}),
                  "64 letters, digits, dots and hyphens at most (hostname(7))");
  }
  if (!namespaces.own(CLONE_NEWNS) && namespaces.user) {
    throw Failure("--share mount does not go with a user namespace: it may not mount on the host",
                  "leave it out, or be root");
  }
}

void unshare_cgroup_namespace(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWCGROUP)) return;
  explain({"unshare --cgroup"});
  if (::unshare(CLONE_NEWCGROUP) == -1) throw_errno({"unshare the cgroup namespace"});
}

void make_mounts_private(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWNS)) return;
  explain({"mount --make-rprivate /"});
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == -1) {
    throw_errno({"make all mounts private"});
  }
}

// LAB: pivot
void pivot_into(const std::string& rootfs, const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWNS)) return enter_chroot(rootfs);
  explain({"cd ", quoted(rootfs)});
  if (::chdir(rootfs.c_str()) == -1) throw_errno({"chdir ", rootfs});
  // The same place twice: the old root is put on top of the new one, and lifted off at once.
  // So no directory is needed to put it (pivot_root(2), "pivot_root(".", ".")").
  explain({"pivot_root . ."});
  if (::syscall(SYS_pivot_root, ".", ".") == -1) throw_errno({"pivot_root into ", rootfs});
  explain({"umount --lazy ."});
  if (::umount2(".", MNT_DETACH) == -1) throw_errno({"umount the old root"});
  explain({"cd /"});
  if (::chdir("/") == -1) throw_errno({"chdir / in ", rootfs});
}

std::string Namespaces::hostname_inside() const {
  if (!own(CLONE_NEWUTS)) return "";
  return hostname.empty() ? "stepbox" : hostname;
}

void set_hostname(const Namespaces& namespaces) {
  const std::string name = namespaces.hostname_inside();
  if (name.empty()) return;
  explain({"hostname ", quoted(name)});
  if (::sethostname(name.data(), name.size()) == -1) throw_errno({"set the host name to ", name});
}

SharedMounts::SharedMounts(const std::string& rootfs, const Namespaces& namespaces) {
  if (namespaces.own(CLONE_NEWNS)) return;
  lock_ = Fd(::open(rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_ || !try_lock(lock_, rootfs)) {
    throw Failure(join({"another container with --share mount has ", rootfs}), "wait for its end");
  }
  rootfs_ = rootfs;
  for (const MountEntry& entry : read_mountinfo()) before_.push_back(entry.id);
}

SharedMounts::~SharedMounts() {
  if (!rootfs_.empty()) unmount_below(rootfs_, before_);
}

}  // namespace stepbox
