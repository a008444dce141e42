// The mount API of Linux 5.2 to 5.12: open_tree(2), move_mount(2), mount_setattr(2). glibc has it
// since 2.36; for older ones, such as that of Ubuntu 22.04, the same by system call.
#ifndef STEPBOX_COMMON_MOUNT_API_HPP_
#define STEPBOX_COMMON_MOUNT_API_HPP_

#include <sys/mount.h>

#if !__GLIBC_PREREQ(2, 36)

#include <fcntl.h>
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

#endif  // STEPBOX_COMMON_MOUNT_API_HPP_
