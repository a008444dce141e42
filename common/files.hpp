// Small files, read and written whole; locks that the kernel releases when their holder dies.
#ifndef STEPBOX_COMMON_FILES_HPP_
#define STEPBOX_COMMON_FILES_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// Returns the text of a small file, such as in /proc.
// Throws system_error: `read PATH: No such file or directory`.
std::string read_file(const std::string& path);

// Writes `text` to an existing file with a single write(2), as files in /proc and /sys require.
// Throws system_error: `write 64 to /sys/fs/cgroup/…/pids.max: …`.
void write_file(const std::string& path, std::string_view text);

// The same, to an open file; its path is for the message.
void write_whole(const Fd& file, const std::string& path, std::string_view text);

// Creates a file with `mode`, whatever the umask, or replaces its text. Throws system_error; a
// partly written file may stay behind (see replace_file).
void create_file(const std::string& path, std::string_view text, unsigned mode = 0644);

// Writes a new file beside `path` and renames it: a reader sees the old text or the new one, never
// a part of it. One writer at a time. Throws system_error, and leaves the old text.
void replace_file(const std::string& path, std::string_view text, unsigned mode = 0644);

// Waits until the text of a file, and its name, are on the disk: fsync(2). Ignores failures.
void sync_file(const std::string& path);

// mkdir -p. It is no error if the directory exists. Throws system_error: ENOTDIR for a file.
void make_directories(const std::string& path, unsigned mode = 0755);

// The target of a symbolic link; empty if there is no such link.
std::string read_link(const std::string& path);

// The names of the directories right below `path`, hidden ones too; none if it cannot be read.
std::vector<std::string> subdirectories_of(const std::string& path);

// Opens an existing directory. Throws system_error: `open PATH: Not a directory`.
Fd open_directory(const std::string& path);

// openat2(2): opens `path` below `directory`, as the RESOLVE_ flags say; close-on-exec. An empty
// Fd, and errno, on failure. The call is repeated while EAGAIN says that some file of the system
// was renamed, or mounted on, while the kernel followed a `..`.
Fd open_resolved(const Fd& directory, const std::string& path, int flags, uint64_t resolve);

// Whether a file exists; a dangling symbolic link does not. Throws system_error for EIO and ENOMEM.
bool exists(const std::string& path);

// /proc/self/fd/N: names an open file even after it was renamed or removed.
std::string proc_path(const Fd& file);

// Takes flock(2) on an open file or directory without waiting. False if another process holds it,
// or if `path` no longer names the file: it was removed, and perhaps created again, since it was
// opened. The kernel releases the lock when the last copy of the descriptor is closed, also after a
// SIGKILL. So a lock shows that its holder is alive; a pid does not, it may have been reused.
// Throws system_error if the file cannot be locked at all.
bool try_lock(const Fd& file, const std::string& path, Lock lock = Lock::kAlone);

// Opens (creating it) and locks a file; waits up to 10 s for its holder. Waiters get the lock in
// the order of their requests. `rank`: its place in the order of locks. Throws Failure after 10 s,
// with the command that names the holder.
FileLock lock_file(const std::string& path, LockRank rank, Lock lock = Lock::kAlone);

// The same for an existing directory. Throws system_error if it has gone.
FileLock lock_directory(const std::string& path, LockRank rank);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_FILES_HPP_
