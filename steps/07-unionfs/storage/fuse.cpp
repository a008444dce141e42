#include "07-unionfs/storage/fuse.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "03-mount/mount.hpp"
#include "07-unionfs/console/descriptor_passing.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

static void check_available() {
  if (!has_program("fuse-overlayfs")) {
    throw Failure("--storage fuse needs fuse-overlayfs, which is not installed",
                  "scripts/setup rootless installs it; or --storage copy");
  }
  if (::access("/dev/fuse", R_OK | W_OK) == -1) {
    throw Failure("no /dev/fuse for us", "modprobe fuse; or --storage copy");
  }
}

void check_fuse_names(std::vector<std::string> layers, const std::string& directory) {
  layers.push_back(directory);
  for (const std::string& name : layers) {
    if (name.find_first_of(",:\\") == std::string::npos) continue;
    throw Failure(join({"--storage fuse: ", name, " has a comma, colon or backslash in its name"}),
                  "give it another, or --storage copy");
  }
}

FuseOverlay::FuseOverlay(const std::string& layers)
    : messages_(::memfd_create("fuse-overlayfs", MFD_CLOEXEC)), server_([&] {
        check_available();
        explain({"fuse-overlayfs -o ", quoted(layers), " … &"});
        return spawn({}, [&] { return serve(layers); });
      }()) {}

static bool is_own(const Fd& user) {
  struct stat ours, theirs;
  return ::stat("/proc/self/ns/user", &ours) == 0 && ::fstat(user.get(), &theirs) == 0 &&
         ours.st_ino == theirs.st_ino;
}

// In the process that becomes the program.
int FuseOverlay::serve(const std::string& layers) const {
  ::setpgid(0, 0);  // ^C at the terminal is for the container
  ::close(line_.ours.get());
  const Fd user = receive_descriptor(line_.theirs);
  const Fd device = receive_descriptor(line_.theirs);
  if (!device) return 0;  // it was never mounted
  if (!is_own(user) && ::setns(user.get(), CLONE_NEWUSER) == -1) {
    throw_errno({"join the container's user namespace"});
  }
  ::dup2(device.get(), STDIN_FILENO);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) ::dup2(messages_.get(), fd);
  // writeback=0: what was written is in upper, whenever the program ends.
  return exec_command({"fuse-overlayfs", "-f", "-o", layers + ",writeback=0", "/dev/fd/0"});
}

void FuseOverlay::mount_on(const std::string& directory) const {
  const Fd user(::open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC));
  Fd device(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
  if (!user || !device) throw_errno({"open /dev/fuse"});
  const std::string options = join({"fd=", std::to_string(device.get()),
                                    ",rootmode=40000,user_id=0,group_id=0,allow_other,"
                                    "default_permissions"});
  const MountPoint target(directory, "/");
  if (::mount(kMountSource, target.handle().c_str(), "fuse.fuse-overlayfs", 0, options.c_str()) ==
      -1) {
    throw_errno({"mount fuse on ", directory});
  }
  send_descriptor(line_.ours, user);
  send_descriptor(line_.ours, device);
  // The program's is the last one now: when it ends the mount is dead, and nobody waits for ever.
  device.close();
  struct stat status;
  if (::stat(directory.c_str(), &status) == 0) return;
  std::vector<std::string> said = split(read_file(proc_path(messages_)), '\n');
  std::erase(said, "");
  if (said.empty()) said = {"it ended at once"};
  throw Failure(join({"fuse-overlayfs: ", said.back()}), "or --storage copy");
}

}  // namespace stepbox
