// Step 7. An overlay by an ordinary program, fuse-overlayfs(1), where the kernel's own is refused:
// to an ordinary user by some, to everybody on top of another overlay. (fuse(4))
//
//   a file is opened in merged -> kernel -> /dev/fuse -> fuse-overlayfs: looks into upper and lower
//
// The program runs outside, where the container cannot see it, but with the rights of the
// container's user namespace: so its mount, a file of /dev/fuse, is made inside and sent out.
#ifndef STEPBOX_STEPS_07_UNIONFS_STORAGE_FUSE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_STORAGE_FUSE_HPP_

#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "07-unionfs/console/connection.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Throws Failure where the program would read the name of one of these directories as several.
void check_fuse_names(std::vector<std::string> layers, const std::string& directory);

class FuseOverlay {
 public:
  // Outside. Starts the process that will be the program; it ends with this object, and with us.
  // `layers`: "lowerdir=/a:/b,upperdir=/c,workdir=/d". Throws Failure where it cannot be had.
  explicit FuseOverlay(const std::string& layers);

  // Inside, in the container's mount and user namespace. Throws Failure, with the program's words.
  void mount_on(const std::string& directory) const;

 private:
  int serve(const std::string& layers) const;

  Connection line_;  // ours: inside; theirs: the program's
  Fd messages_;      // a file in memory
  Child server_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_STORAGE_FUSE_HPP_
