#include "07-unionfs/files/extract.hpp"

#include <archive_entry.h>
#include <iconv.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>

#include "07-unionfs/files/archive_handle.hpp"
#include "07-unionfs/files/entry_paths.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

namespace {

void check(archive* handle, long result, const std::string& what) {
  if (is_error(handle, result)) throw_archive(handle, {what});
}

// Where the entry is to be written. Throws Failure where a directory would replace a file, or a
// file a directory.
std::string replaceable_path(EntryPaths& paths, archive_entry* entry) {
  const std::string path = paths.of(::archive_entry_pathname(entry));
  struct stat there;
  if (path.empty() || ::lstat(path.c_str(), &there) == -1) return path;
  const auto type = ::archive_entry_filetype(entry);
  const bool directory = type == AE_IFDIR;
  bool is_directory = S_ISDIR(there.st_mode);
  if (S_ISLNK(there.st_mode) && type != AE_IFLNK) {
    const std::string target = paths.of_directory(path);
    if (directory && !target.empty()) return target;
    is_directory = !target.empty();
  }
  if (directory == is_directory) return path;
  throw Failure(directory ? join({"cannot overwrite non-directory ", path, " with directory"})
                          : join({"cannot overwrite directory ", path, " with non-directory"}),
                "", 1);
}

void write_entry(archive* disk, archive* tar, archive_entry* entry, const std::string& what) {
  check(disk, ::archive_write_header(disk, entry), what);
  const void* data = nullptr;
  size_t size = 0;
  int64_t offset = 0;
  for (;;) {
    const int result = ::archive_read_data_block(tar, &data, &size, &offset);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) throw_archive(tar, {what});
    // ARCHIVE_WARN means that bytes are missing.
    if (::archive_write_data_block(disk, data, size, offset) != ARCHIVE_OK) {
      throw_archive(disk, {what});
    }
  }
  check(disk, ::archive_write_finish_entry(disk), what);
}

// The directory of the names, below the new root directory of this process.
std::string enter(const Fd& directory, const Fd& root) {
  if (::fchdir(root.get()) == -1 || ::chroot(".") == -1) throw_errno({"chroot"});
  char path[PATH_MAX];
  if (::fchdir(directory.get()) == -1 || !::getcwd(path, sizeof path) || ::chdir("/") == -1) {
    throw_errno({"change to the directory"});
  }
  return path + 1;
}

}  // namespace

void prepare_names() {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const iconv_t tables = ::iconv_open("UTF-8", "UTF-8");
  if (tables != reinterpret_cast<iconv_t>(-1)) ::iconv_close(tables);
}

void extract(const Fd& input, const Fd& directory, const Fd& root) {
  prepare_names();
  using Links = EntryPaths::Links;
  EntryPaths paths(enter(directory, root), &root == &directory ? Links::kNone : Links::kWithinRoot);
  ::umask(0);
  const Archive tar(::archive_read_new()), disk(::archive_write_disk_new());
  ::archive_read_support_format_tar(tar.get());
  ::archive_write_disk_set_options(
      disk.get(), ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                      ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
                      ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  check(tar.get(), ::archive_read_open_fd(tar.get(), input.get(), 1 << 18), "read the archive");
  for (archive_entry* entry = nullptr;;) {
    const int result = ::archive_read_next_header(tar.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    check(tar.get(), result, "read the archive");
    const auto type = ::archive_entry_filetype(entry);
    if (type == AE_IFCHR || type == AE_IFBLK) {
      warn({path_of_entry(::archive_entry_pathname(entry)), ": a device node, left out"});
      continue;
    }
    const std::string path = replaceable_path(paths, entry);
    if (!paths.resolve(entry, path)) continue;
    if (type == AE_IFLNK) paths.forget();
    try {
      write_entry(disk.get(), tar.get(), entry, "write " + path);
    } catch (...) {
      if (type == AE_IFREG) ::unlink(path.c_str());  // a partial file
      throw;
    }
  }
  check(disk.get(), ::archive_write_close(disk.get()), "write the last directory");
}

}  // namespace stepbox
