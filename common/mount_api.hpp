// The mount API of Linux 5.2 to 5.12: open_tree(2), move_mount(2), mount_setattr(2). glibc has it
// since 2.36; for older ones, such as that of Ubuntu 22.04, the same by system call.
#ifndef STEPBOX_COMMON_MOUNT_API_HPP_
#define STEPBOX_COMMON_MOUNT_API_HPP_

#include <fcntl.h>
#include <sys/mount.h>

#include "common/fd.hpp"

#if !__GLIBC_PREREQ(2, 36)

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

inline int open_tree(int directory, const char* path, unsigned flags) {
  return static_cast<int>(::syscall(SYS_open_tree, directory, path, flags));
}

inline int move_mount(int from, const char* path, int to, const char* new_path, unsigned flags) {
  return static_cast<int>(::syscall(SYS_move_mount, from, path, to, new_path, flags));
}

inline int mount_setattr(int directory, const char* path, unsigned flags, mount_attr* attributes,
                         size_t size) {
  return static_cast<int>(::syscall(SYS_mount_setattr, directory, path, flags, attributes, size));
}

#endif

namespace stepbox {

// A copy of the mount at `path`, attached nowhere; with AT_RECURSIVE also of those below it. An
// empty path: of what `directory` is. -1 on failure, with errno.
inline Fd copy_tree(int directory, const char* path, unsigned recursive = 0) {
  const unsigned itself = *path ? 0 : AT_EMPTY_PATH;
  return Fd(::open_tree(directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | itself | recursive));
}

// Attaches such a copy on the open mount point `place`. False on failure, with errno.
inline bool attach_tree(int tree, int place) {
  constexpr unsigned kBothOpen = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  return ::move_mount(tree, "", place, "", kBothOpen) == 0;
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_MOUNT_API_HPP_
