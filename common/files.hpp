// Small files, read and written whole; locks that die with their holder.
#ifndef STEPBOX_COMMON_FILES_HPP_
#define STEPBOX_COMMON_FILES_HPP_

#include <string>
#include <string_view>

#include "common/fd.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// The whole file. For /proc, /sys and our own records: small files.
// Throws system_error: `read PATH: No such file or directory`.
std::string read_file(const std::string& path);

// Writes `text` to an existing file with a single write(2), as the kernel's own files want it.
// Throws system_error: `write 64 to /sys/fs/cgroup/…/pids.max: …`.
void write_file(const std::string& path, std::string_view text);

// Creates or replaces a file of ours.
// Throws system_error; a half-written file may stay behind (see replace_file).
void create_file(const std::string& path, std::string_view text, unsigned mode = 0644);

// Writes a new file beside it and renames that: whoever reads sees the old text or the new one,
// never a part of it. One writer at a time. Throws system_error, and leaves the old text.
void replace_file(const std::string& path, std::string_view text, unsigned mode = 0644);

// Waits until what was written to a file, and its name, are on the disk: fsync(2). Does nothing
// where that cannot be had.
void sync_file(const std::string& path);

// mkdir -p: existing directories are fine, a file in the way is not.
// Throws system_error.
void make_directories(const std::string& path, unsigned mode = 0755);

// Where a symbolic link leads; empty if there is no such link.
std::string read_link(const std::string& path);

// Opens a directory that is there. Throws system_error: `open PATH: Not a directory`.
Fd open_directory(const std::string& path);

bool exists(const std::string& path);

// A name of an open file, whatever has become of the one it was opened by: /proc/self/fd/N.
std::string proc_path(const Fd& file);

// Takes flock(2) on an open file or directory without waiting. False where somebody holds it, and
// where `path` no longer names it: it was removed, and perhaps made anew, since it was opened.
// The kernel lets go of it when the last copy of the descriptor is closed, however its holder
// died: so a lock tells who is alive, and a pid alone never does.
// Throws system_error where the file cannot be locked at all.
bool try_lock(const Fd& file, const std::string& path, Lock lock = Lock::kAlone);

// Opens (creating it) and locks a file, waiting up to 10 s for its holder. `rank`: its place in the
// order of locks. Throws Failure when that was not enough.
FileLock lock_file(const std::string& path, LockRank rank, Lock lock = Lock::kAlone);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_FILES_HPP_
