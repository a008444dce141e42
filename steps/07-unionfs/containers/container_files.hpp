// Step 7. The files of a container, read and written from outside: cp, export.
//
// What is in it may be made to lead us astray. So nothing here follows a symbolic link of the
// container but by open_below() (mount.hpp), for which the container's root is the root; and
// nothing runs with that root as its own, where libc would load what it finds there.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_

#include <sched.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "01-clone/process.hpp"
#include "01-clone/signals.hpp"
#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/storage/overlay.hpp"

namespace stepbox {

// Runs `function` where its mounts are seen by nobody, with `user` in a user namespace: in a child.
// Returns what it returns; throws what it throws. ^C ends it.
template <class Function>
int apart(bool user, Function function) {
  Child child = spawn(
      {.namespaces = CLONE_NEWNS | (user ? CLONE_NEWUSER : 0), .before_go = write_id_maps}, [&] {
        restore_signal_mask();
        make_mounts_private({});
        return function();
      });
  return child.wait();
}

// The same, with the user ids that a container has on the disk.
template <class Function>
int apart(const Record& record, Function function) {
  return apart(record.options.namespaces.user && ::geteuid() != 0, function);
}

// The image with the container's changes, and nothing mounted in it; to be read only. The container
// may be running. Apart.
Fd open_merged(const Record& record);

// The root directory as the container's own processes see it, with its volumes.
class ContainerRoot {
 public:
  // Outside. Holds a container that has ended, so that nobody starts it meanwhile.
  explicit ContainerRoot(const Record& record);

  // Apart. Mounts the files of one that has ended.
  Fd open();

  // Apart, before files of it are read or written: this process has the container's ids from here
  // on, where they are shifted. (Those of one that has ended are not.)
  void take_ids() const;

 private:
  const Record& record_;
  Fd running_;  // its root directory; -1: it has ended
  Fd user_;     // its user namespace, if its ids are shifted there
  std::optional<Container> held_;
  std::optional<Overlay> overlay_;  // mounted as long as this lives
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_FILES_HPP_
