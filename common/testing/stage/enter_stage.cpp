// Makes the stage: its namespaces and mounts.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/mount_api.hpp"
#include "common/openers.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

constexpr const char* kWorkshop = "/tmp";  // a tmpfs is mounted here until all is set up

void mount_or_throw(const char* source, const char* target, const char* type, unsigned long flags,
                    const char* data) {
  if (::mount(source, target, type, flags, data) == -1) throw_errno({"mount ", target});
}

void mount_tmpfs(const char* target) {
  mount_or_throw("stage", target, "tmpfs", MS_NOSUID, "mode=0755");
}

// Mounts an overlay on `directory`, its upper layer in the tmpfs: new directories are not made on
// the machine's disk. If overlayfs cannot be mounted, an empty tmpfs hides the directory.
void make_writable_privately(const std::string& directory, const std::string& name) {
  const std::string upper = std::string(kWorkshop) + "/" + name + "-upper";
  const std::string work = std::string(kWorkshop) + "/" + name + "-work";
  make_directories(upper);
  make_directories(work);
  const std::string options = "lowerdir=" + directory + ",upperdir=" + upper + ",workdir=" + work;
  if (::mount("stage", directory.c_str(), "overlay", 0, options.c_str()) == 0) return;
  mount_tmpfs(directory.c_str());
}

void bring_up_loopback() {
  const Fd socket = open_socket(AF_INET, SOCK_DGRAM);
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) == -1) throw_errno({"bring up lo"});
}

// Makes all mounts read-only that exist so far. In step 1 a container's root directory is that of
// the machine: its command could change the machine's files.
void protect_machine() {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (::mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) == -1) {
    throw_errno({"make the machine's files read-only"});
  }
}

}  // namespace

void prepare_workshop() {
  if (::unshare(CLONE_NEWNS) == -1) throw_errno({"unshare the mount namespace"});
  mount_or_throw("", "/", "", MS_REC | MS_PRIVATE, "");
  mount_tmpfs(kWorkshop);
  make_writable_privately("/run", "run");
  make_writable_privately("/var/lib", "lib");
  if (::umount2(kWorkshop, MNT_DETACH) == -1) throw_errno({"umount ", kWorkshop});
  for (const char* point : {"/run/stage", "/run/stage/cell", "/run/stepbox", "/var/lib/stepbox"}) {
    make_directories(point);
  }
}

void enter_stage(const StageGroups& groups) {
  groups.join();
  if (::unshare(CLONE_NEWCGROUP | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC) == -1) {
    throw_errno({"unshare"});
  }
  mount_or_throw("", "/", "", MS_REC | MS_PRIVATE, "");
  protect_machine();
  groups.remount_inside();
  mount_or_throw("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
  for (const char* point : {"/run/stage/cell", "/run/stepbox", "/var/lib/stepbox"}) {
    mount_tmpfs(point);
  }
  mount_or_throw("", "/", "", MS_REC | MS_SHARED, "");
  if (::sethostname("stage", 5) == -1) throw_errno({"sethostname"});
  bring_up_loopback();
  // A new network namespace starts with the machine's IPv4 settings (devconf_inherit_init_net in
  // the kernel's admin-guide/sysctl/net), and docker leaves forwarding on.
  write_file("/proc/sys/net/ipv4/ip_forward", "0");
  ::umask(022);
}

}  // namespace stepbox
