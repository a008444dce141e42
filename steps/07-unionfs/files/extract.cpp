#include "07-unionfs/files/extract.hpp"

#include <archive_entry.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>

#include "07-unionfs/files/archive_handle.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

namespace {

void check(archive* handle, long result, const std::string& what) {
  if (result >= ARCHIVE_WARN) return;
  const int error = ::archive_errno(handle);
  if (error > 0 && error != EINVAL && error != EILSEQ) throw_errno({what}, error);
  const char* reason = ::archive_error_string(handle);
  throw Failure(join({what, ": ", reason ? reason : "this is no tar archive"}));
}

// Throws Failure where a directory would replace a file, or a file a directory.
void check_replacement(archive_entry* entry, const std::string& path) {
  struct stat there;
  if (::lstat(path.c_str(), &there) == -1) return;
  const bool directory = ::archive_entry_filetype(entry) == AE_IFDIR;
  if (directory == S_ISDIR(there.st_mode)) return;
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
    check(tar, result, what);
    check(disk, ::archive_write_data_block(disk, data, size, offset), what);
  }
  check(disk, ::archive_write_finish_entry(disk), what);
}

}  // namespace

void prepare_names() {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const iconv_t tables = ::iconv_open("UTF-8", "UTF-8");
  if (tables != reinterpret_cast<iconv_t>(-1)) ::iconv_close(tables);
}

void extract(const Fd& input, const Fd& directory) {
  prepare_names();
  if (::fchdir(directory.get()) == -1 || ::chroot(".") == -1) throw_errno({"chroot"});
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
    std::string path = ::archive_entry_pathname(entry);
    if (path.ends_with('/')) path.pop_back();  // lstat(2) follows a link that ends with a slash
    const auto type = ::archive_entry_filetype(entry);
    if (type == AE_IFCHR || type == AE_IFBLK) {
      warn({path, ": a device node, left out"});
      continue;
    }
    check_replacement(entry, path);
    write_entry(disk.get(), tar.get(), entry, "write " + path);
  }
  check(disk.get(), ::archive_write_close(disk.get()), "write the last directory");
}

}  // namespace stepbox
