// Step 7. The files of a container, read and written from the host: cp, export, diff, commit.
//
// The files may hold hostile symlinks. So links of the container are followed only by open_below()
// (mount.hpp), which resolves them below the container's root. And no process chroots into the
// container here: libc would load libraries of the container.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_

#include <sched.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "01-clone/process.hpp"
#include "01-clone/signals.hpp"
#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/containers/container.hpp"

namespace stepbox {

class Overlay;  // its header is the student's: who includes it is compiled again

// Runs `function` in a child with a private mount namespace; with `user` in a user namespace, too.
// Returns what it returns; throws what it throws. ^C ends the child.
template <class Function>
int run_in_private_mounts(bool user, Function function) {
  Child child = spawn(
      {.namespaces = CLONE_NEWNS | (user ? CLONE_NEWUSER : 0), .before_go = write_id_maps}, [&] {
        restore_signal_mask();
        make_mounts_private({});
        return function();
      });
  return child.wait();
}

// The same for the files of a container: in a user namespace if its ids need one.
template <class Function>
int run_in_private_mounts(const Record& record, Function function) {
  return run_in_private_mounts(record.options.namespaces.user && ::geteuid() != 0, function);
}

// The image with the container's changes, without its volumes; read-only. The container may be
// running. Call in run_in_private_mounts().
Fd open_merged(const Record& record);

// The root directory as the processes of the container see it, with its volumes.
class ContainerRoot {
 public:
  // [parent] Holds the run lock of a container that has ended, so that it is not started meanwhile.
  explicit ContainerRoot(const Record& record);
  ~ContainerRoot();

  // In run_in_private_mounts(). Mounts the files of a container that has ended.
  Fd open();

  // In run_in_private_mounts(), before files are read or written. If a running container has
  // shifted ids, this process joins its user namespace. (A container that has ended has no shifted
  // ids.)
  void take_ids() const;

 private:
  const Record& record_;
  Fd running_;  // its root directory; none if it has ended
  Fd user_;     // its user namespace, if its ids are shifted
  std::optional<Container> held_;
  std::unique_ptr<Overlay> overlay_;  // mounted until this object ends
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_
